// The offices of the chosen delegation only, and the field for a typed one only when it is needed.
// Without this module the page shows all offices, grouped, and works the same.

for (const section of document.querySelectorAll("[data-organisation]")) {
  narrow(section);
}

function narrow(section) {
  const delegation = section.querySelector("[data-delegation]");
  const office = section.querySelector("[data-office]");
  const officeField = section.querySelector("[data-office-field]");
  const typedField = section.querySelector("[data-typed-field]");
  const typed = typedField.querySelector("input");
  const groups = new Map();
  for (const group of office.querySelectorAll("optgroup")) {
    groups.set(group.dataset.of, [...group.children]);
    group.remove();
  }
  const another = office.querySelector('option[value="-1"]');

  function showOffices() {
    const kept = office.value;
    for (const option of office.querySelectorAll('option:not([value="0"]):not([value="-1"])')) {
      option.remove();
    }
    const offices = groups.get(delegation.value) ?? [];
    for (const option of offices) {
      another.before(option);
    }
    office.value = offices.some((option) => option.value === kept) || kept === "-1" ? kept : "0";
    if (office.value === "0" && offices.length === 1) {
      office.value = offices[0].value;
    }
    const chosen = delegation.value !== "0";
    officeField.hidden = !chosen || offices.length === 0;
    if (chosen && offices.length === 0) {
      office.value = "-1";
    }
    showTyped();
  }

  function showTyped() {
    const wanted = delegation.value !== "0" && office.value === "-1";
    typedField.hidden = !wanted && !typedField.querySelector(".has-error");
    if (typedField.hidden) {
      typed.value = "";
    }
  }

  // Chosen by the server before the groups were taken out of the select.
  const selected = [...groups.values()].flat().find((option) => option.defaultSelected);
  if (selected && groups.get(delegation.value)?.includes(selected)) {
    another.before(selected);
    office.value = selected.value;
  }
  delegation.addEventListener("change", () => {
    if (office.value === "-1") {
      office.value = "0";
    }
    showOffices();
  });
  office.addEventListener("change", showTyped);
  showOffices();
}
