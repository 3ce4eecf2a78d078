"""How big a table may be; every refusal names the number found and the limit here."""

MAX_ROWS = 200_000
MAX_COLUMNS = 500
MAX_CELL_BYTES = 32 * 1024
MAX_ROW_BYTES = 256 * 1024
# Past this the file itself is refused: most likely a quote was opened and never closed.
MAX_READABLE_CELL_CHARACTERS = 1024 * 1024
MAX_JSON_ROW_BYTES = 4 * 1024 * 1024
MAX_JSON_DEPTH = 20
PREVIEW_ROWS = 20
BATCH_LINES = 1000  # of a CSV, which are mostly handled a column at a time
BATCH_ROWS = 250  # rows read together: fewer cost more calls, more leave the processor cache

WORKBOOK_MAX_FILE_BYTES = 64 * 1024 * 1024
WORKBOOK_MAX_ENTRIES = 2000
WORKBOOK_MAX_BYTES = 200 * 1024 * 1024
WORKBOOK_MAX_RATIO = 100
WORKBOOK_MAX_CELLS = 3_000_000
