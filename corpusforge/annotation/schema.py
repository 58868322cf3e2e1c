"""The ledger's tables, where rows are only added (triggers see to it), and how answers are read."""

from __future__ import annotations

#: Raise it with any change to `SCHEMA`, and say in `Ledger._migrate` how old files follow.
VERSION = 1

_TABLES = {
    "waves": "wave TEXT PRIMARY KEY, kind TEXT NOT NULL, manifest TEXT NOT NULL, at TEXT NOT NULL",
    "events": "wave TEXT NOT NULL REFERENCES waves, state TEXT NOT NULL, facts TEXT NOT NULL,"
    " at TEXT NOT NULL",
    "tasks": "key TEXT PRIMARY KEY, wave TEXT NOT NULL REFERENCES waves, kind TEXT NOT NULL,"
    " role TEXT NOT NULL, text TEXT NOT NULL, record TEXT NOT NULL, start INTEGER NOT NULL,"
    " end INTEGER NOT NULL, language TEXT, stratum TEXT NOT NULL, probability REAL NOT NULL,"
    " truth TEXT, prediction TEXT, score REAL, model TEXT, alternatives TEXT",
    "pushes": "key TEXT NOT NULL REFERENCES tasks, project INTEGER NOT NULL,"
    " task_id INTEGER NOT NULL, payload TEXT NOT NULL, at TEXT NOT NULL,"
    " PRIMARY KEY (project, task_id)",
    # Every version of every answer, as it was pulled.
    "answers": "number INTEGER PRIMARY KEY, unique_id TEXT NOT NULL, updated TEXT NOT NULL,"
    " digest TEXT NOT NULL, wave TEXT NOT NULL REFERENCES waves, created TEXT NOT NULL,"
    " task TEXT, annotator TEXT NOT NULL, result TEXT NOT NULL, value TEXT, lead_time REAL,"
    " pulled TEXT NOT NULL, UNIQUE (unique_id, updated, digest)",
    # What we think of a version: the last row counts.
    "verdicts": "number INTEGER NOT NULL REFERENCES answers, state TEXT NOT NULL, reason TEXT,"
    " detail TEXT NOT NULL, at TEXT NOT NULL",
    # Answers that vanished from Label Studio (gone 1), or came back (0): the last row counts.
    "tombstones": "wave TEXT NOT NULL, unique_id TEXT NOT NULL, gone INTEGER NOT NULL,"
    " at TEXT NOT NULL",
    # The only place that knows who an annotator is.
    "people": "annotator TEXT PRIMARY KEY, email TEXT NOT NULL",
}

#: Statements that make an empty ledger.
SCHEMA = (
    *(f"CREATE TABLE {name} ({columns})" for name, columns in _TABLES.items()),
    "CREATE INDEX tasks_by_wave ON tasks (wave, key)",
    "CREATE INDEX pushes_by_key ON pushes (key)",
    "CREATE INDEX verdicts_by_number ON verdicts (number)",
    *(
        f"CREATE TRIGGER {name}_no_{verb.lower()} BEFORE {verb} ON {name}"
        " BEGIN SELECT RAISE(ABORT, 'the ledger is only added to'); END"
        for name in _TABLES
        for verb in ("UPDATE", "DELETE")
    ),
)

#: What others wrote in a person's answer is not that person's word: the version before counts.
_FROM = """
WITH verdict AS (
    -- SQLite takes the bare columns of the row that holds the maximum.
    SELECT number, state, reason, detail, MAX(rowid) FROM verdicts GROUP BY number
), newest AS (
    SELECT unique_id, number,
           MAX((CASE WHEN reason = 'author' THEN '0' ELSE '1' END) || updated)
    FROM answers JOIN verdict USING (number) GROUP BY unique_id
), seen AS (
    SELECT unique_id, gone, MAX(rowid) FROM tombstones GROUP BY unique_id
)
SELECT {columns}
FROM answers a
JOIN waves w ON w.wave = a.wave
JOIN verdict v ON v.number = a.number
LEFT JOIN tasks t ON t.key = a.task
LEFT JOIN seen s ON s.unique_id = a.unique_id
WHERE (:wave IS NULL OR a.wave = :wave)
  AND (:state IS NULL OR v.state = :state)
  AND (NOT :latest OR (COALESCE(s.gone, 0) = 0
                       AND a.number IN (SELECT number FROM newest)))
ORDER BY a.wave, a.task, a.annotator, a.updated, a.number
"""

#: Rows of `ledger.ANSWERS`; parameters wave, state (each may be null) and latest.
ANSWERS_SQL = _FROM.format(
    columns="a.task, a.wave, w.kind, t.role, a.annotator, a.value, a.lead_time, a.created,"
    " a.updated, a.unique_id, v.state, v.reason, COALESCE(s.gone, 0)"
)
#: The same answers as `ledger.AnswerVersion` has them.
VERSIONS_SQL = _FROM.format(
    columns="a.wave, a.unique_id, a.updated, a.created, a.task, a.annotator, a.result, a.value,"
    " a.lead_time, v.state, v.reason, v.detail"
)
