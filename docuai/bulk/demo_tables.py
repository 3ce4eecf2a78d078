"""Two tables to try DocuAI with: `people.csv` (1,000 clean rows) and `people_messy.csv` (212 rows, 14 of them wrong).

Both are made from short lists by counting, so the same bytes come out everywhere; all addresses end in `.example`. The
messy one is written in Windows-1252 with semicolons and holds one fault of each kind. That encoding has no 王芳: where an
export of that name would stand, it holds the byte 0x81, which Windows-1252 does not define and no reader can read. A
character that no font has can be tried by pasting a row.
"""

import csv
import io
from collections.abc import Callable
from functools import cache

from docuai.bulk.naming import slug

FIRST = (
    "Zoë", "Siobhán", "Łukasz", "Ngọc", "Iñaki", "Marta", "Jean-Pierre", "Ana Sofía", "Günther", "Noémie", "Hugo", "Aiko",
    "Søren", "Chloë", "Tomás", "Camila", "Oskar", "Lucía", "Mateo", "Rosa", "Bruno", "Valentina", "Thu Hà", "Fátima",
    "Jürgen", "Beatriz", "Émile", "Ximena", "Andrzej", "Bo", "Renée",
)  # fmt: skip
LAST = (
    "Íñiguez", "O'Brien", "Wójcik", "Trần", "Echeverría", "Ríos", "Dubois", "Quispe Mamani", "Groß", "Lefèvre", "Ibáñez",
    "Tanaka", "Østergaard", "Martín-Sorní", "Peña", "Ñahui", "Lindqvist", "Ferrer", "Huamán", "Azevedo", "Gómez", "Phạm",
    "Al-Haddad", "Müller", "Carvalho", "D'Angelo", "Núñez", "Kowalska", "Li", "Villanueva Ruiz de Castilla", "Castellanos",
    "Becker", "Paredes", "Nguyễn", "Prado", "Luna", "Valdivia",
)  # fmt: skip
COURSES = (
    ("Foundations of Statistics", "Fundamentos de Estadística", 60),
    ("Data Ethics", "Ética de los datos", 30),
    ("Statistics for Public Policy", "Estadística para políticas públicas", 120),
)
CLEAN_COLUMNS = (
    "first name", "last name", "email", "course", "hours", "starts on", "completed on", "grade", "out of", "honors",
    "issued on", "place", "language",
)  # fmt: skip
MESSY_COLUMNS = (
    "nombre", "apellidos", "correo", "curso", "nota", "nota máxima", "terminado", "fecha", "lugar", "idioma", "comentario",
)  # fmt: skip
NAME, SURNAME, EMAIL, COURSE, GRADE, ISSUED = 0, 1, 2, 3, 4, 7
PLACE = "Valleclaro"
UNDEFINED = "\x81"

Row = list[str]


@cache
def people() -> bytes:
    """This will give the clean table: UTF-8, commas, 1,000 rows."""
    rows = []
    for number in range(1000):
        spanish = number % 3 != 1
        english, translated, hours = COURSES[number % len(COURSES)]
        grade = 6 + (number * 7 % 41) / 10
        honors = ("con distinción" if spanish else "with distinction") if grade >= 9.5 else ""
        rows.append(
            [
                *_person(number),
                translated if spanish else english,
                str(hours),
                "2026-02-02",
                "2026-06-26",
                f"{grade:.1f}",
                "10",
                honors,
                "2026-11-24",
                PLACE,
                "es" if spanish else "en",
            ]
        )
    return _written(CLEAN_COLUMNS, rows, ",").encode()


@cache
def people_messy() -> bytes:
    """This will give the table with 14 faults: Windows-1252, semicolons, 212 rows."""
    rows = [_messy(number) for number in range(212)]
    rows[0] = [*("Zoë", "Íñiguez", "zoe@iniguez.example"), *rows[0][COURSE:]]
    for number, spoil in _FAULTS.items():
        spoil(rows[number - 1])
    rows[46] = list(rows[1])
    before, after = _written(MESSY_COLUMNS, rows, ";").split(UNDEFINED)
    return before.encode("cp1252") + UNDEFINED.encode("latin-1") + after.encode("cp1252")


def _person(number: int) -> tuple[str, str, str]:
    first, last = FIRST[number % len(FIRST)], LAST[number * 5 % len(LAST)]
    return first, last, f"{slug(first)}.{slug(last)}{number // (len(FIRST) * len(LAST)) or ''}@andina.example"


def _messy(number: int) -> Row:
    first, last, email = (_plain(part) for part in _person(number))
    spanish = number % 2 == 0
    english, translated, _ = COURSES[number % 2]
    remark = ("repite", "becado", "honores")[number % 3] if number % 5 == 0 else ""
    grade = f"{6 + (number * 7 % 41) / 10:.1f}"
    course = translated if spanish else english
    language = "es" if spanish else "en"
    return [first, last, email, course, grade, "10", "30/10/2026", "14/11/2026", PLACE, language, remark]


def _plain(text: str) -> str:
    """The name as someone types it whose system knows Western letters only."""
    return "".join(c if _fits(c) else slug(c).capitalize() if c.isupper() else slug(c) for c in text)


def _fits(character: str) -> bool:
    try:
        return bool(character.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _put(column: int, value: str) -> Callable[[Row], None]:
    def spoil(row: Row) -> None:
        row[column] = value

    return spoil


def _too_many_cells(row: Row) -> None:
    row.append("otra celda")


# Row number: what is done to it. Row 47 becomes row 2 once more.
_FAULTS: dict[int, Callable[[Row], None]] = {
    9: lambda row: row.__setitem__(slice(NAME, EMAIL), ["", ""]),
    23: _put(ISSUED, "03/04/2026"),
    31: _put(GRADE, "11.2"),
    58: _put(EMAIL, "valen@@mail"),
    66: lambda row: row.__setitem__(slice(NAME, EMAIL), ["=Marta", "Luna"]),
    84: lambda row: row.__setitem__(slice(NAME, EMAIL), [UNDEFINED, "Wang"]),
    97: _put(COURSE, "Fundamentos de Estadística y de todo lo demás " * 890),
    103: _put(ISSUED, "30/02/2026"),
    118: lambda row: row.__setitem__(slice(NAME, EMAIL), ["Camila\n", "Ñahui"]),
    126: _too_many_cells,
    149: lambda row: row.__setitem__(slice(NAME, EMAIL), ["Søren\x00", "Østergaard"]),
    171: _put(GRADE, "nueve"),
    188: lambda row: row.__setitem__(
        slice(NAME, EMAIL),
        ["María de los Ángeles Guadalupe", "Fernández-Villaverde y Quiroga de la Fuente Rodríguez-Sahagún"],
    ),
}


def _written(columns: tuple[str, ...], rows: list[Row], delimiter: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


TABLES: dict[str, Callable[[], bytes]] = {"people.csv": people, "people_messy.csv": people_messy}
