"""The rows of the demo's runs: made by counting through short lists, so the same names come at every first start.

Days are relative to ``today``. Three learners have names that no font of ours can write.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from docuai.bulk.naming import slug
from docuai.library.starters import STARTERS

FIRST = (
    "Zoë", "María Fernanda", "Luis", "Camila", "Joaquín", "Ana Sofía", "Iñaki", "Rosa", "Mateo", "Ximena", "Bruno",
    "Lucía", "Andrés", "Valentina", "Óscar", "Beatriz", "Hugo", "Noelia", "Tomás", "Renata", "Emilio", "Paulina",
    "Gonzalo", "Micaela", "Raúl", "Ángela", "Julián", "Fátima", "Sebastián", "Daniela", "Ulises",
)  # fmt: skip
LAST = (
    "Íñiguez", "Quispe", "Mamani", "Ferrer", "Núñez", "Huamán", "Echeverría", "Castellanos", "Peña", "Ibáñez",
    "Villanueva", "Ñahui", "Paredes", "Valdivia", "Gómez", "Zárate", "Luna", "Prado", "Cárdenas", "Salazar", "Rivas",
    "Montes", "Arce", "Benítez", "Solís", "Yupanqui", "Bravo", "Ocampo", "Ledesma", "Quiroga", "Tapia", "Becker",
    "Vargas", "Olmedo", "Choque", "Rosales", "Medina",
)  # fmt: skip
COURSES = (
    ("Fundamentos de Estadística", "Facultad de Ciencias", 60),
    ("Estadística para políticas públicas", "Escuela de Gobierno y Sociedad", 120),
    ("Ética de los datos", "Escuela de Gobierno y Sociedad", 30),
    ("Programación para las humanidades", "Facultad de Letras", 80),
)
POSITIONS = (
    ("docente de Estadística", "la dirección del Departamento de Matemáticas", 31200, 37.5),
    ("docente de Derecho Administrativo", "la dirección de la Escuela de Gobierno y Sociedad", 30600, 37.5),
    ("analista de admisiones", "la jefatura de la Oficina de Admisiones", 21600, 40),
    ("bibliotecaria o bibliotecario", "la dirección de la Biblioteca Central", 20400, 40),
    ("técnico o técnica de laboratorio", "la coordinación de laboratorios", 19800, 40),
)
STREETS = ("Calle de los Molinos", "Avenida de los Cóndores", "Pasaje del Agua", "Calle del Faro", "Jirón Las Retamas")
MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
)  # fmt: skip
UNWRITABLE = {211: "王芳", 604: "김서연", 988: "สมชาย ใจดี"}  # row by row: no shipped font has these scripts
CERTIFICATES, CONTRACTS, LETTERS = 1200, 500, 40


def person(number: int) -> str:
    """This will give a full name; the first 42,439 differ."""
    count = len(FIRST) * len(LAST)
    first, last = FIRST[number % len(FIRST)], LAST[number % len(LAST)]
    return f"{first} {last} {LAST[(number * 7 + number // count + 11) % len(LAST)]}"


def certificates(today: date, *, check_url: str) -> Iterator[dict[str, Any]]:
    """This will give the certificates of a semester."""
    sample = sample_of("certificate")
    for number in range(1, CERTIFICATES + 1):
        course, school, hours = COURSES[number % len(COURSES)]
        grade = 6 + (number * 7 % 41) / 10
        name = UNWRITABLE.get(number) or person(number)
        yield {
            "lang": "es",
            "region": "CO",
            "number": f"UA-{today.year}-{number:06}",
            "name": name,
            "course": course,
            "school": school,
            "hours": hours,
            "starts_on": (today - timedelta(days=120)).isoformat(),
            "completed_on": (today - timedelta(days=7)).isoformat(),
            "grade": grade,
            "grade_max": 10,
            "honors": "con distinción" if grade >= 9.5 else None,
            "issued_on": today.isoformat(),
            "place": "Valleclaro",
            "check_url": check_url,
            "signers": sample["signers"],
            "email": _email(name, number),
        }


def contracts(today: date) -> Iterator[dict[str, Any]]:
    """This will give the contracts of the coming academic year."""
    for number in range(1, CONTRACTS + 1):
        name = person(number * 3 + 5)
        position, reports_to, salary, hours = POSITIONS[number % len(POSITIONS)]
        yield {
            "lang": "es",
            "region": "CO",
            "number": f"UA-C-{number:04}",
            "signed_on": today.isoformat(),
            "signed_at": "Valleclaro",
            "employer": {
                "name": "Universidad Andina",
                "address": "Avenida de los Cóndores 400, Valleclaro",
                "id": "Registro 000.000.000-0",
                "represented_by": "representada por Marta Ríos, rectora",
            },
            "employee": {
                "name": name,
                "address": f"{STREETS[number % len(STREETS)]} {number % 90 + 1}, Valleclaro",
                "id": f"Documento de identidad X-{number:07}-T",
                "represented_by": "",
            },
            "position": position,
            "reports_to": reports_to,
            "starts_on": (today + timedelta(days=45)).isoformat(),
            "ends_on": (today + timedelta(days=410)).isoformat() if number % 4 == 0 else None,
            "ends_why": "la sustitución de una persona con licencia" if number % 4 == 0 else "",
            "probation_months": 2 if number % 3 else None,
            "weekly_hours": hours,
            "workplace": "el campus de Valleclaro",
            "remote_days": (None, 2, 3)[number % 3],
            "salary": salary + number % 7 * 300,
            "currency": "USD",
            "payments": 12,
            "bonus": None,
            "vacation_days": 25,
            "notice_days": 30,
            "non_compete_months": None,
            "non_compete_pay": None,
            "special_terms": [],
            "law": "Colombia",
            "court": "Valleclaro",
            "email": _email(name, number),
        }


def letters(today: date) -> Iterator[dict[str, Any]]:
    """This will give the letters that grant a scholarship."""
    sample, begin = sample_of("letter"), today + timedelta(days=75)
    for number in range(1, LETTERS + 1):
        name = person(number * 11 + 2)
        yield {
            **{key: value for key, value in sample.items() if key != "brand"},
            "reference": f"ADM-{today.year}-{number + 700:04}",
            "date": today.isoformat(),
            "recipient": {
                "name": name,
                "address": [f"{STREETS[number % len(STREETS)]} {number + 3}", f"50{number:03} Puerto Claro"],
            },
            "salutation": f"Reciba un cordial saludo, {name}:",
            "subject": f"Su beca para el año académico {begin.year}",
            "body": _granted(begin=begin, until=today + timedelta(days=21)),
            "email": _email(name, number),
        }


def _granted(*, begin: date, until: date) -> list[Any]:
    return [
        "Nos alegra comunicarle que el comité de becas le ha concedido la beca «Horizonte» para el año académico que "
        f"comienza el {_spoken(begin)}. De 412 solicitudes se aprobaron 40; la suya destacó por la claridad con que "
        "explica qué se propone hacer con el título.",
        "La beca comprende:",
        [
            "la matrícula de ambos semestres, que se abona directamente a la facultad;",
            "una asignación mensual de 640 USD durante el año académico;",
            "un viaje de ida y vuelta a Valleclaro al año, hasta 900 USD.",
        ],
        f"Para aceptarla, firme el formulario adjunto y envíelo antes del {_spoken(until)}. Si para entonces no hemos "
        "recibido su respuesta, la plaza pasará a la siguiente persona de la lista; escríbanos cuanto antes si algo no "
        "está claro o si necesita más tiempo para decidir.",
        "Reciba nuestra felicitación y nuestra bienvenida. Será un gusto conocerle en Valleclaro.",
    ]


def _spoken(day: date) -> str:
    return f"{day.day} de {MONTHS[day.month - 1]} de {day.year}"


def sample_of(slug_of_starter: str) -> dict[str, Any]:
    """This will give the Spanish sample row of a starter."""
    return next(starter for starter in STARTERS if starter.slug == slug_of_starter).sample("es")


def _email(name: str, number: int) -> str:
    first = slug(name.split()[0]) or "persona"
    return f"{first}.{number}@correo.example"
