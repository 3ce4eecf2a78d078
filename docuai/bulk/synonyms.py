"""What people call the same thing in their tables, in English and Spanish: a group a line, plain letters, words joined by blanks."""

_GROUPS = """
name|full name|nombre|nombre completo|nombre y apellidos|apellidos y nombre|person|persona|participant|participante|student|alumno|recipient|destinatario
first name|given name|forename|nombre|nombres|nombre de pila
last name|surname|family name|apellido|apellidos|primer apellido
email|e mail|mail|email address|correo|correo electronico|direccion de correo|e mail address
phone|telephone|mobile|telefono|celular|movil
date|fecha|day|dia
issued on|issue date|date of issue|issued|fecha|fecha de emision|fecha de expedicion|emitido|invoice date|fecha de factura|date|fecha factura
completed on|completion date|finished on|end date|fecha de finalizacion|fecha de termino|terminado|terminado el|fecha fin
starts on|start date|begin date|fecha de inicio|inicio|desde
due on|due date|payment date|vencimiento|fecha de vencimiento
course|curso|class|training|formacion|program|programa|course name|nombre del curso
grade|mark|score|nota|calificacion|puntuacion|final grade|nota final
grade max|maximum grade|out of|nota maxima|calificacion maxima
hours|horas|duration|duracion
lang|language|idioma|lengua
region|country|pais|country code
number|no|num|id|code|reference number|numero|codigo|folio|certificate number|numero de certificado|invoice number|numero de factura|factura|invoice
amount|importe|monto|sum|suma|line amount|subtotal linea
total|total amount|total due|importe total|monto total|total a pagar
subtotal|net|neto|base|base imponible
tax|vat|iva|tax rate|tipo de iva|igv|impuesto
quantity|qty|units|cantidad|unidades|cant
price|unit price|precio|precio unitario
description|concept|item|product|descripcion|concepto|articulo|producto
unit|unidad
currency|moneda|divisa
company|business|organization|empresa|compania|razon social|organizacion
address|street|direccion|domicilio|calle
city|town|ciudad|localidad|poblacion
place|lugar|lugar de emision|place of issue|ciudad
postal code|zip|zip code|postcode|codigo postal|cp
tax id|vat number|nif|cif|rfc|ruc|rut|identificacion fiscal
title|position|job title|cargo|puesto|office
school|department|faculty|facultad|departamento|escuela
note|notes|remark|comment|comments|nota|notas|observaciones|comentario|comentarios
reference|your reference|purchase order|referencia|pedido|orden de compra
salary|wage|salario|sueldo
honors|honours|distinction|mencion|honores
check url|verification url|url|link|enlace|url de verificacion
subject|asunto
""".strip()

GROUPS = tuple(tuple(line.split("|")) for line in _GROUPS.splitlines())
FIRST_NAMES = frozenset(GROUPS[1])
LAST_NAMES = frozenset(GROUPS[2])
FULL_NAMES = frozenset(GROUPS[0])
NUMBER_NAMES = frozenset(next(group for group in GROUPS if group[0] == "number"))


def same_meaning(one: str, other: str) -> bool:
    """This will say whether two folded names stand in one group."""
    return any(one in group and other in group for group in GROUPS)
