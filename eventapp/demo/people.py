"""Believable people for a demo event: names, posts, wishes, when they registered.

Pure: the same preset, seed and place in the row always give the same person, so that the first
600 of 10,000 are the 600 of a smaller demo. Nobody is real: names are put together by chance,
e-mail addresses are under ``.example`` (RFC 2606). No range of mobile numbers is reserved for
fiction in Vietnam, so the numbers are merely well formed: never send anything to them.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate, islice
from random import Random
from typing import Literal

from eventapp.demo.posts import MINISTRY, PARTY, PRESS, STAFF, Post, posts_of_office
from eventapp.events.presets import NameStock, People, Preset, Province
from eventapp.text import fold

# Chances of coming as something else than a delegate, by the English name of the category.
ROLES = {
    "Delegate": 0.855,
    "Guest": 0.04,
    "Speaker": 0.02,
    "Organiser": 0.035,
    "Press": 0.025,
    "Staff": 0.025,
}
MALE_SHARE = 0.6
# In a region where one of the preset's peoples lives, how many have a name of theirs.
UPLAND_SHARE = 0.35
# A family with a smaller share than this belongs to the people that lists it, anywhere.
RARE_FAMILY = 0.0065

# First three digits of mobile numbers in use since the change of 2018 that hold for all numbers.
MOBILE_PREFIXES = (
    *("032", "033", "034", "035", "036", "037", "038", "039", "056", "058", "070", "076"),
    *("077", "078", "079", "081", "082", "083", "084", "085", "086", "088", "090", "091"),
    *("093", "094", "096", "097", "098"),
)

DIETS = (
    "Ăn chay",
    "Ăn chay",
    "Ăn chay",
    "Không ăn hải sản",
    "Dị ứng tôm, cua",
    "Dị ứng lạc",
    "Không ăn thịt bò",
    "Không ăn thịt lợn",
    "Ăn kiêng do bệnh tiểu đường",
)
NEEDS = (
    "Đi xe lăn, cần lối đi không có bậc thềm",
    "Cần chỗ ngồi gần lối ra vào",
    "Cần phiên dịch ngôn ngữ ký hiệu",
    "Cần tài liệu in cỡ chữ lớn",
)

# When people register, in days before the event: (share, mean, deviation) around the invitation,
# the reminder and the deadline; the rest at any time.
HUMPS = ((0.36, 34.0, 2.5), (0.24, 17.0, 2.5), (0.3, 7.5, 1.5))
LAST_DAYS, FIRST_DAYS = 1, 40


@dataclass(frozen=True, slots=True)
class OrganisationRef:
    """Where a person works, in terms of the preset.

    ``provincial``: an office (`name`, of `Preset.provincial_organisations`) of the province;
    ``central``: `name` is one of `Preset.central_organisations`;
    ``other``: a `name` as somebody would type it. The province is None where there is none.
    """

    kind: Literal["provincial", "central", "other"]
    name: str
    province_code: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up participant. Indices count from 0 into the preset's tuples."""

    number: int
    """Place in the row, from 1; part of the e-mail address, which is therefore unique."""
    name: str
    position: str
    protocol_position: str | None
    """The entry of `Preset.positions_by_protocol_rank` that the position counts as."""
    organisation: OrganisationRef
    category: str
    """Name of a category of the preset."""
    email: str
    phone: str
    """Ten digits, from 0, as people write it; unique."""
    days: tuple[int, ...]
    training_class: int | None
    """Index into `Preset.training_classes`."""
    site_wishes: tuple[int, ...]
    """Indices into `Preset.sites`, the first wish first; empty if none or not there that day."""
    diet: str
    needs: str
    registered_before: timedelta
    """How long before midnight (event zone) at the start of the first day they registered."""

    @property
    def phone_e164(self) -> str:
        """The phone number in E.164."""
        return f"+84{self.phone[1:]}"


def make_people(preset: Preset, count: int, seed: int) -> Iterator[Person]:
    """`count` people for the event, one after another.

    The first of them come one from each province and ministry; offices, posts and categories
    even out as there are more. Raises ValueError for a negative count.
    """
    if count < 0:
        raise ValueError(f"count must not be negative, not {count}")
    return islice(_Crowd(preset, seed).people(), count)


class _Names:
    """Full names by the national frequencies, and by the peoples of a region."""

    def __init__(self, rng: Random, stock: NameStock, taken: frozenset[str]) -> None:
        self.rng = rng
        self.stock = stock
        self.taken = taken
        self.families = [family for family, _ in stock.family_shares]
        self.cumulative = list(accumulate(share for _, share in stock.family_shares))
        rare = {family for family, share in stock.family_shares if share < RARE_FAMILY}
        self.people_of = {
            family: people
            for people in reversed(stock.peoples)
            for family in people.families
            if family in rare
        }
        self.by_region: dict[str, list[People]] = {}
        for people in stock.peoples:
            for region in people.regions:
                self.by_region.setdefault(region, []).append(people)

    def draw(self, region: str | None) -> str:
        """A name that repeats no word and belongs to nobody whom the preset names."""
        while True:
            words = self._words(region)
            name = " ".join(words)
            if len(set(name.split())) == len(name.split()) and name not in self.taken:
                return name

    def _words(self, region: str | None) -> tuple[str, str, str]:
        rng, stock = self.rng, self.stock
        peoples = self.by_region.get(region or "")
        people: People | None
        if peoples and rng.random() < UPLAND_SHARE:
            people = rng.choice(peoples)
            family = rng.choice(people.families)
        else:
            family = self.families[bisect(self.cumulative, rng.random() * self.cumulative[-1])]
            people = self.people_of.get(family)
        if rng.random() < MALE_SHARE:
            middles = people.male_middle if people else stock.male_middle
            givens = (people.male_given if people else ()) or stock.male_given
            # Four words: Nguyễn Đức Minh Quân.
            if not people and rng.random() < 0.06:
                return (
                    family,
                    f"{rng.choice(middles[1:])} {rng.choice(middles[1:])}",
                    rng.choice(givens),
                )
        else:
            middles = people.female_middle if people else stock.female_middle
            givens = (people.female_given if people else ()) or stock.female_given
        return family, rng.choice(middles), rng.choice(givens)


class _Crowd:
    """Draws people one after another and remembers which posts and numbers are taken."""

    def __init__(self, preset: Preset, seed: int) -> None:
        self.preset = preset
        self.rng = rng = Random(seed)
        self.host = preset.host_province or preset.provinces[0]
        self.organiser = (
            preset.organiser
            if preset.organiser in preset.central_organisations
            else preset.central_organisations[0]
        )
        self.categories = {it.name_en: it.name for it in preset.categories}
        self.names = _Names(rng, preset.names, frozenset(it.name for it in preset.speakers))
        self.delegations: list[Province | str] = []
        self.offices: dict[str, list[str]] = {}
        self.holders: Counter[tuple[OrganisationRef, str]] = Counter()
        self.members: Counter[OrganisationRef] = Counter()
        self.phones: set[str] = set()

    def people(self) -> Iterator[Person]:
        """People without end."""
        one_of_each = len(self.preset.provinces) + len(self.preset.central_organisations)
        number = 0
        while True:
            number += 1
            role = "Delegate"
            if number > one_of_each:
                (role,) = self.rng.choices(list(ROLES), list(ROLES.values()))
            yield self._person(number, role)

    def _person(self, number: int, role: str) -> Person:
        rng, preset = self.rng, self.preset
        province, organisation, posts = self._workplace(role)
        name = self.names.draw(province.region if province else None)
        post = self._post(organisation, posts)
        position = post.title
        if province and province.kind == "thành phố":
            position = position.replace("UBND tỉnh", "UBND thành phố")
            position = position.replace("Tỉnh ủy", "Thành ủy")
        domain = (
            fold(province.ascii_name).replace(" ", "")
            if province
            else "".join(word[0] for word in fold(organisation.name).split() if word != "va")
        )
        days = self._days(role)
        return Person(
            number=number,
            name=name,
            position=position,
            protocol_position=(
                post.title if post.title in preset.positions_by_protocol_rank else None
            ),
            organisation=organisation,
            category=self.categories.get(role, preset.categories[0].name),
            email=f"{fold(name).replace(' ', '.')}.{number}@{domain}.example",
            phone=self._phone(),
            days=days,
            training_class=self._training_class(role, days),
            site_wishes=self._site_wishes(role, days),
            diet=rng.choice(DIETS) if rng.random() < 0.04 else "",
            needs=rng.choice(NEEDS) if rng.random() < 0.01 else "",
            registered_before=self._registered_before(),
        )

    def _workplace(self, role: str) -> tuple[Province | None, OrganisationRef, Sequence[Post]]:
        """Where somebody with that role works, and which posts there are."""
        rng, host = self.rng, self.host
        if role == "Delegate":
            delegation = self._deal_delegation()
            if isinstance(delegation, str):
                return self._ministry(delegation)
            return self._office(delegation, self._deal_office(delegation))
        if role == "Guest" and rng.random() < 0.5:
            province = rng.choice(self.preset.provinces)
            committee = "Thành ủy" if province.kind == "thành phố" else "Tỉnh ủy"
            return self._other(province, f"{committee} {province.name}", PARTY)
        if role == "Guest":
            return self._ministry(rng.choice(self.preset.central_organisations))
        if role == "Press":
            province = host if rng.random() < 0.5 else rng.choice(self.preset.provinces)
            return self._other(province, f"Đài Phát thanh và Truyền hình {province.name}", PRESS)
        # Lists begin with the department in charge and end with the People's Committee's office.
        offices = self.preset.provincial_organisations
        office = rng.choice((offices[0], offices[-1]))
        if role == "Staff":
            return host, OrganisationRef("provincial", office, host.code), STAFF
        # Speakers and organisers come from the ministry that holds the event or from the host.
        if rng.random() < 0.6:
            return self._ministry(self.organiser)
        return self._office(host, office)

    def _ministry(self, name: str) -> tuple[None, OrganisationRef, Sequence[Post]]:
        return None, OrganisationRef("central", name, None), MINISTRY

    def _office(
        self, province: Province, name: str
    ) -> tuple[Province, OrganisationRef, Sequence[Post]]:
        office = OrganisationRef("provincial", name, province.code)
        return province, office, posts_of_office(name)

    def _other(
        self, province: Province, name: str, posts: Sequence[Post]
    ) -> tuple[Province, OrganisationRef, Sequence[Post]]:
        return province, OrganisationRef("other", name, province.code), posts

    def _deal_delegation(self) -> Province | str:
        """Provinces and ministries in random order, all of them before any comes again."""
        if not self.delegations:
            self.delegations = [*self.preset.provinces, *self.preset.central_organisations]
            self.rng.shuffle(self.delegations)
        return self.delegations.pop()

    def _deal_office(self, province: Province) -> str:
        """The province's offices likewise; the first of the list twice in a round."""
        deck = self.offices.get(province.code)
        if not deck:
            offices = self.preset.provincial_organisations
            deck = self.offices[province.code] = [*offices, offices[0]]
            self.rng.shuffle(deck)
        return deck.pop()

    def _post(self, organisation: OrganisationRef, posts: Sequence[Post]) -> Post:
        """A post that is still free there; whoever comes first is likely to lead."""
        first = not self.members[organisation]
        self.members[organisation] += 1
        free = [
            post
            for post in posts
            if post.holders is None or self.holders[organisation, post.title] < post.holders
        ]
        weights = [post.weight_first if first else post.weight for post in free]
        (post,) = self.rng.choices(free, weights)
        self.holders[organisation, post.title] += 1
        return post

    def _phone(self) -> str:
        while True:
            phone = f"{self.rng.choice(MOBILE_PREFIXES)}{self.rng.randrange(10**7):07d}"
            if phone not in self.phones:
                self.phones.add(phone)
                return phone

    def _days(self, role: str) -> tuple[int, ...]:
        every = tuple(range(len(self.preset.days)))
        if role in ("Organiser", "Staff") or self.rng.random() < 0.88:
            return every
        # Of those who come for one day, most come to the opening.
        return (0 if self.rng.random() < 0.75 else every[-1],)

    def _training_class(self, role: str, days: tuple[int, ...]) -> int | None:
        classes = [index for index, it in enumerate(self.preset.training_classes) if it.day in days]
        if role != "Delegate" or not classes or self.rng.random() >= 0.75:
            return None
        return self.rng.choice(classes)

    def _site_wishes(self, role: str, days: tuple[int, ...]) -> tuple[int, ...]:
        if role in ("Organiser", "Press", "Staff") or self.rng.random() >= 0.85:
            return ()
        if not set(days) & set(self.preset.visit_days):
            return ()
        sites = list(range(len(self.preset.sites)))
        wishes: list[int] = []
        for _ in range(min(len(sites), self.rng.choice((1, 2, 2, 3, 3, 3)))):
            # The large sites are the well-known ones.
            weights = [self.preset.sites[site].capacity for site in sites]
            (site,) = self.rng.choices(sites, weights)
            sites.remove(site)
            wishes.append(site)
        return tuple(wishes)

    def _registered_before(self) -> timedelta:
        rng = self.rng
        days = rng.uniform(LAST_DAYS, FIRST_DAYS)
        chance = rng.random()
        for share, mean, deviation in HUMPS:
            if chance < share:
                days = rng.gauss(mean, deviation)
                break
            chance -= share
        whole = round(min(max(days, LAST_DAYS), FIRST_DAYS))
        weekday = (self.preset.days[0] - timedelta(days=whole)).weekday()
        if weekday >= 5 and rng.random() < 0.85:
            # From the weekend back to Friday: this is done at the office.
            whole += weekday - 4
        chance = rng.random()
        if chance < 0.48:
            hour = rng.gauss(9.6, 0.9)
        elif chance < 0.9:
            hour = rng.gauss(15.0, 0.9)
        else:
            hour = rng.uniform(18.5, 22.5)
        return timedelta(days=whole) - timedelta(seconds=round(hour * 3600))
