// Properties of the badge itself: name, size, sides, and what lies below the elements.

import { el } from "./fields.js";

export function badgePanel(panel) {
  const { fields, words, state } = panel;
  const name = (language) => fields.text(
    `${words.name} (${words.languages[language]})`,
    () => state.doc.name[language],
    (value) => state.change((doc) => { doc.name = { vi: "", en: "", ...doc.name, [language]: value }; }, `name ${language}`),
    { max: 200 },
  );
  return [
    panel.heading(words.badge),
    fields.group(words.names, name("vi"), name("en")),
    fields.group(words.size, ...ofSize(panel)),
    fields.group(words.ground.replace("{side}", words.sides[state.side]), ...ofGround(panel, null)),
    ofCategories(panel),
  ];
}

function ofSize(panel) {
  const { fields, words, state } = panel;
  const known = words.sizes.map(([value, text]) => [value, text]);
  const now = () => `${state.doc.size.width}x${state.doc.size.height}`;
  const number = (label, side) => fields.number(
    label, () => state.doc.size[side],
    (value) => state.change((doc) => { doc.size = { ...doc.size, [side]: value }; }, side),
    { min: 20, max: 450, unit: "mm" },
  );
  return [
    fields.select(
      words.usual_sizes,
      [["own", words.own_size], ...known],
      () => (known.some(([value]) => value === now()) ? now() : "own"),
      (value) => {
        if (value === "own") return;
        const [width, height] = value.split("x").map(Number);
        state.change((doc) => { doc.size = { width, height }; });
      },
      "property-wide",
    ),
    el("div", { class: "property-pair" }, number(words.width, "width"), number(words.height, "height")),
    fields.tick(words.has_back, () => state.doc.sides.length === 2, (value) => {
      if (!value) state.turnTo(0);
      state.change((doc) => {
        if (value) doc.sides.push({ elements: [] });
        else doc.sides.length = 1;
      });
    }),
  ];
}

/** What lies below: of a category by its name, or (null) of all that have none of their own. */
function ofGround(panel, category) {
  const { fields, words, state } = panel;
  const read = () => (category === null ? state.face.ground : state.face.by_category?.[category]) ?? {};
  const change = (name, value) => state.change((doc) => {
    const face = doc.sides[state.side];
    const ground = { ...(category === null ? face.ground : face.by_category[category]), [name]: value || null };
    for (const key of Object.keys(ground)) if (!ground[key]) delete ground[key];
    if (category === null) face.ground = ground;
    else face.by_category[category] = ground;
  }, `ground ${category} ${name}`);
  return [
    fields.colour(words.colour, words, () => read().colour, (value) => change("colour", value), { none: true }),
    panel.imageChoice(() => read().image, (value) => change("image", value), [["", words.no_image]]),
  ];
}

function ofCategories(panel) {
  const { fields, words, model, state } = panel;
  // Those that were renamed since, or are another event's, would otherwise be there unseen.
  const others = Object.keys(state.face.by_category ?? {})
    .filter((name) => !model.categories.some((it) => it.name === name))
    .map((name) => ({ name, called: words.no_such_category.replace("{category}", name) }));
  const rows = [...model.categories, ...others].map(({ name, called }) => {
    const has = () => name in (state.face.by_category ?? {});
    return el("div", { class: "property-category" },
      fields.tick(words.own_ground.replace("{category}", called), has, (value) => state.change((doc) => {
        const face = doc.sides[state.side];
        face.by_category = { ...face.by_category };
        if (value) face.by_category[name] = { colour: "category" };
        else delete face.by_category[name];
      })),
      ...(has() ? ofGround(panel, name) : []));
  });
  return fields.group(words.by_category, ...rows);
}
