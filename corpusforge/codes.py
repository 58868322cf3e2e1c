"""Every error code, what it means and what to do: the text behind `corpusforge explain CODE`."""

from __future__ import annotations

from typing import NamedTuple


class Code(NamedTuple):
    """One error code."""

    title: str
    remedy: str


CODES: dict[str, Code] = {
    # Annotation
    "ANN001": Code(
        "There is no such task type",
        "Take one of those listed: language, switching, personal_data, quality, domain, "
        "transcription. docs/annotation.md says what each asks.",
    ),
    "ANN010": Code(
        "There is no ledger of annotations yet",
        "Tasks are drawn by a recipe's stage `annotate` when it is built. The ledger lies in the "
        "workspace's private area, under the dataset's name: check --workspace and the dataset.",
    ),
    "ANN011": Code(
        "The ledger of annotations cannot be read",
        "It is the only record of what people answered: put the last backup of "
        "private/DATASET/annotation.sqlite in its place. A ledger that a newer corpusforge wrote "
        "needs that version.",
    ),
    "ANN012": Code(
        "A wave of that name has been drawn already",
        "What people were asked is never changed afterwards, or answers would no longer fit "
        "questions. Draw the new tasks under another name.",
    ),
    "ANN013": Code(
        "A task that cannot be asked",
        "Every task has a text, a key of its own and an inclusion probability above 0; honeypots "
        "have a truth, blind tasks no pre-annotation, and both must fit the task type and the text. "
        "Nothing of the wave was written.",
    ),
    "ANN014": Code(
        "There is no wave of that name",
        "`corpusforge annotate status` lists the waves of a dataset.",
    ),
    "ANN015": Code(
        "Another push or pull of the dataset goes on",
        "Wait for it to end: Label Studio takes the same task twice, so only one router works at a "
        "time. If it hangs, stop the process named; what it did is kept.",
    ),
    "ANN020": Code(
        "Label Studio does not answer",
        "Start it (`corpusforge annotate serve`), or correct LABEL_STUDIO_URL. What was done before "
        "is kept; the same command goes on.",
    ),
    "ANN021": Code(
        "Label Studio refuses the key",
        "LABEL_STUDIO_API_KEY holds a token of another server, or one that was revoked. The steward's "
        "page Account & Settings shows the present one. For a server of `annotate serve` no key is "
        "needed on the same workspace.",
    ),
    "ANN022": Code(
        "Label Studio answered with an error",
        "The message has its status and reason; the server's log has more. The same command may be "
        "given again: it looks at what is there first.",
    ),
    "ANN023": Code(
        "The server is no Label Studio, or too old a one",
        "LABEL_STUDIO_URL is the address seen in a browser, without a path. Upgrade servers older "
        "than 1.23.",
    ),
    "ANN024": Code(
        "The wave's project is not on this server",
        "Check that LABEL_STUDIO_URL is the server the wave was pushed to. If the project was "
        "deleted, restore the server's backup; answers pulled before are in the ledger.",
    ),
    "ANN025": Code(
        "A snapshot of the project failed",
        "Nothing was closed and nothing judged. Look into the server's log and its free disk space, "
        "and run the command again.",
    ),
    "ANN026": Code(
        "The connection broke before Label Studio answered",
        "Whether it did what was asked is found out by the next run of the same command.",
    ),
    "ANN027": Code(
        "The project's labelling configuration is not the wave's",
        "Answers to another configuration are answers to another question. Put the configuration "
        "back (Settings, Labeling Interface), or draw another wave.",
    ),
    "ANN030": Code(
        "Label Studio is not installed",
        "uv tool install label-studio==1.23.2, or `corpusforge annotate serve --install` for an "
        "environment of its own, or --label-studio with the program's place.",
    ),
    "ANN031": Code(
        "A version of Label Studio that was not tried",
        "Its pages and interfaces change between versions: install 1.23.x beside it, and name that "
        "one with --label-studio.",
    ),
    "ANN032": Code(
        "Label Studio cannot be installed",
        "The message has the installer's last words. It needs a package registry and 900 MB of disk.",
    ),
    "ANN033": Code(
        "The port cannot be used",
        "Another program listens there. Name another with --port; Label Studio itself would move on "
        "silently, and annotators' links would lead nowhere.",
    ),
    "ANN034": Code(
        "Label Studio did not start",
        "Its log, named in the message, says why. A full disk, a database it may not use and a data "
        "directory of another user are the usual causes.",
    ),
    "ANN035": Code(
        "PostgreSQL is not fully named, or does not answer",
        "Set POSTGRE_NAME, POSTGRE_USER, POSTGRE_PASSWORD, POSTGRE_HOST and POSTGRE_PORT, and start "
        "the database. Without any of them Label Studio keeps a SQLite file.",
    ),
    "ANN036": Code(
        "A Label Studio runs for this workspace already",
        "One server a workspace: use the one whose address is shown, or stop it with "
        "`corpusforge annotate serve --stop`.",
    ),
    "ANN037": Code(
        "Label Studio has ended by itself",
        "Its log says why; memory that ran out is the usual cause. Start it again: accounts, "
        "projects and answers are kept.",
    ),
    "ANN040": Code(
        "Tasks hold personal data",
        "Only scrubbed text goes to annotators, and every account of the server can read every task. "
        "Draw the wave from records after the stage `scrub`.",
    ),
    "ANN041": Code(
        "A pre-annotation does not fit the labelling configuration",
        "The model's labels are not those of the task type. Map them, or draw without it.",
    ),
    "ANN042": Code(
        "The extra `annotate` is not installed",
        "pip install 'corpusforge[annotate]': Label Studio's own library checks configurations and "
        "pre-annotations before they are sent.",
    ),
    "ANN043": Code(
        "Tasks that were taken are not there",
        "Somebody deletes tasks while they are pushed (every account may), or the server lost them. "
        "Run the push again.",
    ),
    "ANN044": Code(
        "The wave has not been pushed",
        "`corpusforge annotate push` sends it; then there is something to pull.",
    ),
    "ANN045": Code(
        "The wave is closed",
        "What was decided from its answers stands. Draw another wave to ask again.",
    ),
    "ANN046": Code(
        "The project has lost every task of the wave",
        "That is no way for a wave to end, so nothing was judged by it. Check the server, restore "
        "its backup, or push the tasks again.",
    ),
    "ANN047": Code(
        "No Label Studio is named",
        "Start one with `corpusforge annotate serve`, or set LABEL_STUDIO_URL and "
        "LABEL_STUDIO_API_KEY.",
    ),
    "ANN049": Code(
        "Nudges cannot be listened for",
        "--nudge is an address of this machine with a free port, which Label Studio can reach. "
        "Pulling by the clock alone loses nothing.",
    ),
    "ANN048": Code(
        "Which dataset is meant is not clear",
        "Name the dataset (commons/health) or its recipe after the command.",
    ),
    "ANN101": Code(
        "Texts that were never scrubbed would be shown to annotators",
        "Put the stage `scrub` before `annotate`: people get scrubbed text only.",
    ),
    "ANN102": Code(
        "A line of the honeypots is no task with an answer",
        'Each line is a JSON object {"text": …, "value": …}: a text of your own making, and the '
        "answer to it as people give it: a label, a number of stars, a list of spans, or a text.",
    ),
    "ANN103": Code(
        "The answers are not gold yet",
        "The message lists what the gate of the stage `annotate` still asks for. Have more tasks "
        "answered or adjudicated, talk with those who fail the honeypots, or write a clearer "
        "guideline and draw a new wave; lower the gate only if you can say why.",
    ),
    "ANN104": Code(
        "The answers that a build was planned with are gone",
        "Run the build again: it takes them from the ledger anew.",
    ),
    "ANN105": Code(
        "A file could not be written",
        "Name another file, or a folder that exists and that you may write to.",
    ),
    # Build
    "BLD001": Code(
        "The workspace is in use by another build",
        "Wait for the other build to end, or give this one its own --workspace.",
    ),
    # Recipe
    "RCP001": Code(
        "The recipe cannot be read",
        "Check the path and the permissions; `corpusforge new NAME` writes a recipe.",
    ),
    "RCP002": Code(
        "The file is not text in UTF-8",
        "Save it as UTF-8; some editors write Windows-1256, Windows-1252 or UTF-16.",
    ),
    "RCP003": Code(
        "The file is not YAML",
        "Look at the line named, and the one before it: indent with spaces (two a level), put a "
        "space after each colon, quote text that contains a colon and a space, close every bracket "
        "and quotation mark.",
    ),
    "RCP004": Code(
        "A key is written twice",
        "YAML readers silently take one of the two, so neither is believed here. Remove one.",
    ),
    "RCP005": Code(
        "A feature of YAML that recipes do not use",
        "Recipes hold mappings, lists, text, numbers, true, false and null. Anchors, aliases and "
        "merge keys (<<) are fine; tags (!name), several documents, keys that are lists, and "
        "aliases that multiply are not.",
    ),
    "RCP006": Code(
        "The file holds no recipe",
        "A recipe is a mapping that begins with `schema_version: 1`. `corpusforge new NAME` writes "
        "one to start from.",
    ),
    "RCP010": Code(
        "Unknown key",
        "Keys are never ignored, so that a slip cannot change a dataset unseen. Correct the "
        "spelling, or look the key up in docs/reference/recipe.md.",
    ),
    "RCP011": Code("A key is missing", "Add it; docs/reference/recipe.md says what it is for."),
    "RCP012": Code(
        "A value of the wrong type",
        "Text, number, true or false, list or mapping: the message says which is wanted. yes, no, "
        "on and off are text in a recipe; write true or false.",
    ),
    "RCP013": Code(
        "A word that is not among those allowed",
        "Take one of the words listed; they are matched exactly, capitals included.",
    ),
    "RCP014": Code(
        "A value that is not allowed",
        "The message says what is: a form (a date, a version, an address) or a range.",
    ),
    "RCP015": Code(
        "Unknown kind of source or stage",
        "Take one of the kinds listed. Stages of other packages appear there once the package is "
        "installed in the same environment (entry-point group corpusforge.stages).",
    ),
    "RCP016": Code(
        "A secret in a recipe",
        "Recipes are published with the dataset. Take the secret out, change it where it is used "
        "(it has been on disk, and perhaps in version control), and set it in the environment: "
        "HF_TOKEN, LABEL_STUDIO_API_KEY.",
    ),
    "RCP017": Code(
        "The environment is not read in this key",
        "${env:NAME} works in a few keys only, those that name a place (a registry's address); "
        "everywhere else it would make the same recipe build different datasets.",
    ),
    "RCP018": Code(
        "An environment variable is not set", "Set it before the command, or write the value."
    ),
    "RCP019": Code(
        "A recipe of a later format",
        "Every corpusforge reads its own format and the earlier ones. Install the version the "
        "recipe was written for, or a later one.",
    ),
    "RCP020": Code(
        "Two sources have the same id",
        "The id of a source is part of the id of every row that comes from it. Give each its own.",
    ),
    "RCP021": Code(
        "A file that the recipe names is not there",
        "Paths start from the folder of the recipe. Correct the path, or put the file there.",
    ),
    "RCP022": Code(
        "A stage is missing",
        "The message names the stage and why the release needs it. Add it to `stages`.",
    ),
    "RCP023": Code(
        "Stages in an order that cannot work",
        "The usual order is admit, extract, boilerplate, identify, quality, score, filter, dedup, "
        "similar, paragraphs, decontaminate, scrub, shard; names are scored right before scrub.",
    ),
    "RCP024": Code(
        "Personal data would be published",
        "A release in tier open or gated must pass `scrub`. Add `- kind: scrub` before `shard`, or "
        "choose tier restricted or sealed.",
    ),
    "RCP025": Code(
        "A stage stands twice",
        "Each of our stages runs once in a recipe. Remove one, or merge their keys.",
    ),
    "RCP030": Code(
        "There is no such code", "Codes look like LIC004; the message of an error begins with one."
    ),
    "RCP031": Code(
        "A file of that name is there already",
        "Choose another name, or another folder with --directory; nothing was written.",
    ),
    "RCP026": Code(
        "Keys that contradict each other", "The message names both and says which to change."
    ),
    # Licences and rights
    "LIC001": Code(
        "A licence that is not known",
        "Write an SPDX expression (CC-BY-4.0, ODbL-1.0, MIT AND CC-BY-4.0) or one of the agency "
        "licences (LicenseRef-MA-…). Names such as `CC BY 4.0` or a Hub id are not SPDX; the "
        "message names the licence probably meant. A licence that SPDX lists and corpusforge does "
        "not know must be read by somebody first, and added to corpusforge/governance/table.py.",
    ),
    "LIC002": Code(
        "A source without a licence, or without evidence for it",
        "State `license` and `evidence` of the source: the address of the page that states it, the "
        "words that grant it and by whom, or the id of a signed agreement. `license: detect` takes "
        "what each page states; pages that state nothing are then dropped from an open release.",
    ),
    "LIC003": Code(
        "No derivatives allowed",
        "Extracting, scrubbing and deduplicating change a text. Exclude the source, publish it "
        "untouched in a dataset of its own, or get an agreement from the holder of the rights.",
    ),
    "LIC004": Code(
        "Two share-alike licences in one table",
        "CC-BY-SA, CC-BY-NC-SA and ODbL each demand the whole for themselves, so their rows cannot "
        "be blended. `mode: collection` gives each its own config, which is lawful.",
    ),
    "LIC005": Code(
        "Share-alike text under added restrictions",
        "Whoever passes on share-alike text may not add conditions: no non-commercial clause, no "
        "limit of purpose, no gate with terms. `mode: collection` keeps it in its own config; or "
        "exclude the source that adds the restriction.",
    ),
    "LIC006": Code(
        "Non-commercial text in a release for any use",
        "Tier open, and a release that invites commercial use, cannot hold text under a "
        "non-commercial licence. Publish it as a dataset of its own in tier gated and declare a "
        "non-commercial licence there, or exclude it.",
    ),
    "LIC007": Code(
        "No use that all sources allow",
        "The purposes (or territories) of the sources have nothing in common. Publish them as two "
        "datasets, or agree with the agencies on a common purpose.",
    ),
    "LIC008": Code(
        "The declared licence gives away more than the sources allow",
        "Declare the licence the message names (the weakest that satisfies every source), exclude "
        "the source that demands more, or use `mode: collection`.",
    ),
    "LIC009": Code(
        "Published before the end of an embargo",
        "Date the release on the day named or later, or leave the source out until then. Only the "
        "agency may shorten an embargo.",
    ),
    "LIC010": Code(
        "Text of a closed tier in a more open release",
        "Raise the tier of the release, exclude the source, or get a downgrade that the agency has "
        "signed.",
    ),
    "LIC011": Code(
        "Text whose rights nobody has stated",
        "The text of web pages without a licence is never published in an open release. Publish an "
        "index (address, digest, scores, no text), use a gated research tier with a take-down "
        "contact, or get an agreement.",
    ),
    "LIC012": Code(
        "The agreement does not carry this source",
        "It has expired or was withdrawn, is not on file, was made with another body, does not "
        "cover the source, or lacks its CNDP reference although it covers personal data.",
    ),
    "LIC-W01": Code(
        "A note on database rights or technical measures",
        "Creative Commons licences before 4.0 do not license database rights in their unported "
        "form, and Creative Commons text in an ODbL database meets two different clauses on "
        "technical restrictions. Both are allowed here and noted in LICENCES.md.",
    ),
    "LIC-W02": Code(
        "Share-alike text behind a gate",
        "The gate's terms must not limit what the licence of the text grants. An open dataset of "
        "its own is the cleaner way.",
    ),
    # Datasheet answers
    "DAT001": Code(
        "An answer to a question the datasheet does not ask",
        "Take the id from `corpusforge datasheet RECIPE --check`.",
    ),
    "DAT002": Code(
        "An answer to a question that the build answers itself",
        "Remove it. What is counted or stated in the recipe is never typed again, so that the "
        "datasheet cannot contradict the data.",
    ),
    "DAT003": Code(
        "An answer without its text",
        "Write `text`, or `applies: false` with a `reason`.",
    ),
    "DAT004": Code(
        "A placeholder instead of an answer",
        "Leave the question out until someone knows: the datasheet then says that it is open, "
        "which is the truth.",
    ),
    "DAT005": Code(
        "An answer too short to say anything",
        "Write a sentence a stranger understands, or leave the question out.",
    ),
    "DAT006": Code(
        "An answer nobody stands for",
        "Give `answered_by` and `date`, for the answer or on top of the file for all of them.",
    ),
    # Releases
    "REL001": Code(
        "The release does not add up",
        "Counts by language, licence, origin, source and file must agree, and names must be such "
        "that loaders can take them. It is a fault of the build, or of a directory changed by "
        "hand: build again, and report it if it stays.",
    ),
    "REL002": Code(
        "A data file is missing or is not the one the release names",
        "Build again. If it stays, the workspace was changed by hand: `corpusforge gc` clears it.",
    ),
    "REL003": Code(
        "No space left, or no permission to write",
        "Free space or choose another place, then run the same command again. Nothing half-written "
        "remains and nothing half-published is visible.",
    ),
    "REL004": Code(
        "Not a release",
        "Name the directory that `corpusforge build` printed last (it holds manifest.json and "
        "release.json), or a published NAME@VERSION.",
    ),
    "REL005": Code(
        "The release is not what its manifest says",
        "Files were changed, added or lost after the build. Build again; never edit a release.",
    ),
    "REL006": Code(
        "The attestation does not hold",
        "It is damaged, speaks of other files, or was not signed with the key given. Ask the "
        "publisher for the key's fingerprint over another channel.",
    ),
    "REL007": Code(
        "The version is published with other content",
        "Published versions never change. Set the version proposed in the recipe and build again; "
        "`corpusforge diff` shows what differs.",
    ),
    "REL008": Code(
        "The tier forbids publishing",
        "Sealed data never leave the steward's machines. Publish a release of another tier under "
        "an agreement that allows it.",
    ),
    "REL010": Code(
        "The registry cannot be reached",
        "Check HF_ENDPOINT, that the registry runs and that no proxy or firewall stands between. "
        "Then run the command again: what was sent is not sent twice.",
    ),
    "REL011": Code(
        "The registry did not let you in",
        "Set HF_TOKEN to a token with the right needed: write access to the namespace to publish, "
        "read access to verify or compare, and an accepted request where a dataset is gated.",
    ),
    "REL012": Code(
        "Someone else wrote to the dataset meanwhile",
        "Run the command again; it starts from what is there now.",
    ),
    "REL013": Code(
        "The registry refused",
        "The message holds its own words. Nothing half-published is visible; run the command again "
        "once what it names is mended.",
    ),
    "REL014": Code(
        "Not in the registry",
        "Check the spelling of name and version, and HF_ENDPOINT. What you may not see looks the "
        "same as what is not there: set HF_TOKEN if the dataset is not public.",
    ),
    "REL015": Code(
        "The registry of the workspace did not start",
        "The message holds its last words. Look into the log it names; set HF_ENDPOINT to publish "
        "to another registry, or build with --no-publish.",
    ),
    "REL016": Code(
        "Not a reference to a release",
        "Write a directory, or NAME@VERSION such as commons/health@1.0.0 with HF_ENDPOINT set.",
    ),
    "REL017": Code(
        "The address for the release cannot be written to or reached",
        "Check the address and AWS_ENDPOINT_URL. The release itself is whole in the workspace; the "
        "same command copies what is still missing.",
    ),
    "REL018": Code(
        "The store for the release refused access",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to keys that may list, read and write "
        "there.",
    ),
    "REL019": Code(
        "No such bucket for the release",
        "Make the bucket first, or check its name and AWS_ENDPOINT_URL.",
    ),
    "REL020": Code(
        "A package to write to the address is missing",
        "Install the extra that the message names.",
    ),
    "REL021": Code(
        "Something else lies at the address",
        "A release is only ever copied to an empty prefix or over a version of the same dataset. "
        "Choose another prefix.",
    ),
    # Language
    "LNG001": Code(
        "The language model cannot be read",
        "Reinstall the package, or train a model with `corpusforge language train`.",
    ),
    "LNG002": Code(
        "The language model is of another version",
        "Train it anew with `corpusforge language train`: features changed since it was made.",
    ),
    "LNG010": Code(
        "There is no pool in the folder",
        "A pool has folders NAME/ and NAME_sources/, each with <label>.txt.gz files: lines of text, "
        "and the source of each line. docs/language.md describes it.",
    ),
    "LNG011": Code(
        "A file of the pool is broken",
        "Each file is gzipped UTF-8, named by a known label, and has a sources file with as many "
        "lines beside it.",
    ),
    "LNG012": Code(
        "The pool is not the one its manifest describes",
        "Files differ from the digests stated. Get the pool the manifest names, or write a manifest "
        "of this one with `corpusforge language manifest` and pass it with --manifest.",
    ),
    "LNG013": Code(
        "Gold labels or ids cannot be used",
        "Gold is Parquet with id, text and language (a label of corpusforge). `corpusforge annotate "
        "pull` writes it.",
    ),
    "LNG014": Code(
        "Benchmark rows among the gold labels",
        "What a model was trained on cannot measure it. Remove the rows named from the gold file.",
    ),
    "LNG015": Code(
        "A label has no line to learn from",
        "Add lines of it to the pool or to gold.",
    ),
    "LNG016": Code(
        "Nothing to measure on",
        "Name files of labelled lines, or a pool with --pool.",
    ),
    "LNG017": Code(
        "Labelled lines cannot be read",
        "TSV has label, source and text; Parquet and JSON lines have language and text.",
    ),
    "LNG018": Code(
        "Not a mixture of labels",
        "Write shares as ary_Arab=0.01,arb_Arab=0.6,fra_Latn=0.39.",
    ),
    # Privacy
    "PII001": Code(
        "No privacy policy of that name",
        "Name law-09-08 or health, or write a policy out under `policy:` of the scrub stage.",
    ),
    "PII002": Code(
        "Pseudonyms in a public tier",
        "A keyed pseudonym is still personal data. Use the action placeholder or drop, or publish "
        "in tier restricted or sealed.",
    ),
    "PII003": Code(
        "No key for pseudonyms or the erasure index",
        "Write at least 16 random bytes to pseudonym.key in the private area and keep a copy: "
        "without it pseudonyms of later versions differ and erasure cannot find records.",
    ),
    "PII004": Code(
        "Not a labelled document",
        'Each line is {"id", "text", "spans": [{"start", "end", "type"}]}; offsets are code points.',
    ),
    "PII005": Code(
        "Not a text to scrub",
        'Each line on standard input is an object {"id": …, "text": "…"} in UTF-8.',
    ),
    # Reading sources
    "SRC001": Code(
        "No file matches a path",
        "Paths and patterns start from the recipe's folder. A pattern that matches nothing is an "
        "error, so that a slip cannot look like an empty source.",
    ),
    "SRC002": Code(
        "An address cannot be read",
        "Check the address, and that its host can be reached from this machine. http://, "
        "https:// and s3:// addresses are read.",
    ),
    "SRC003": Code(
        "An address outside the public network",
        "Nothing connects to such hosts unless the source lists their network under "
        "`allow_addresses`.",
    ),
    "SRC004": Code("A package is missing", "Install the extra that the message names."),
    "SRC005": Code(
        "A dataset cannot be read",
        "Check name, revision, config and split against the dataset's page, and that HF_ENDPOINT "
        "names the registry that has it.",
    ),
    "SRC006": Code(
        "Access to a dataset was refused",
        "It is gated, private or withdrawn: its page says which. Ask for access there, then set "
        "HF_TOKEN to a token that has it.",
    ),
    "SRC007": Code(
        "A dataset lacks a column",
        "Name the columns under `columns`: `text` is needed, key, title, date, url, license, "
        "attribution and origin are optional.",
    ),
    "SRC008": Code(
        "An object store refused access",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (AWS_SESSION_TOKEN, AWS_PROFILE) to keys "
        "that may list and read the bucket. Without any, it is asked anonymously. Keys never "
        "stand in a recipe.",
    ),
    "SRC009": Code(
        "No such bucket",
        "Check the name in the address, and that AWS_ENDPOINT_URL names the store that has it.",
    ),
    # Crawling
    "SRC010": Code(
        "A crawl that brought no page",
        "The message counts what happened instead. robots: the sites do not want to be crawled. "
        "unreachable, address_refused: check the network, the seeds, and `allow_addresses` for "
        "hosts inside your own network. not_allowed_by_recipe, denied_by_recipe: loosen `allow` "
        "and `deny`.",
    ),
    "SRC012": Code(
        "A crawl that cannot be kept",
        "The disk is full or the workspace cannot be written. What was crawled so far is safe; make "
        "room, and give the same command again.",
    ),
    "SRC011": Code(
        "Nothing to crawl",
        "`corpusforge crawl` is for sources with `kind: crawl`; `corpusforge build` acquires every "
        "kind. With --source, give the id of a crawl source.",
    ),
    # Decontamination
    "BLD002": Code(
        "The workspace cannot be written",
        "Check the folder's owner and the space left on its disk, or name another with --workspace.",
    ),
    "BLD003": Code(
        "A stage failed on a part",
        "Every finished part is kept. Run again with --debug for the traceback; if the same part fails again, it is a fault of the stage: report it with the part's id.",
    ),
    "BLD004": Code(
        "Records vanished in a stage without a reason",
        "A stage must return every record as kept or as dropped. It is a fault of the stage.",
    ),
    "BLD005": Code("No workers", "Ask for one worker or more: --workers 1, or 0 for one a core."),
    "BLD006": Code(
        "A part killed its worker twice",
        "Most often the worker ran out of memory. Give it more, or the build fewer --workers; everything else is kept, and the next run tries these parts alone.",
    ),
    "BLD007": Code("There is no such executor", "Use --executor local, slurm or ray."),
    "BLD008": Code(
        "Nothing is left to release",
        "Every record was dropped. `corpusforge drops NAME VERSION` says where and why.",
    ),
    "BLD009": Code(
        "No build here knows it",
        "Name the workspace of the build with --workspace. A page that was never fetched is in no build: the crawl says what it refused.",
    ),
    "BLD010": Code(
        "The cluster cannot do the work",
        "See what it has (`sinfo`, `ray status`) and what is asked for: CORPUSFORGE_PARTITION, _TIME, _CPUS, _MEMORY_GB, _QOS, _SETUP.",
    ),
    "BLD011": Code(
        "The datatrove filter cannot be made",
        "Name it as module:Class, with arguments its constructor takes.",
    ),
    "BLD012": Code(
        "CORPUSFORGE_SORT_MB is no number of megabytes",
        "It says how much memory deduplication may sort in: a whole number of at least 1. Unset it for 256.",
    ),
    "BLD013": Code(
        "A rebuild gives another release",
        "Everything was computed again from the snapshots of that version, and other bytes came out. The message names the files and the first stage that differs: most often a library, a model or the recipe has changed since. `corpusforge diff` compares the rows.",
    ),
    "BLD020": Code(
        "A benchmark cannot be read",
        "Give a file of one item a row (.jsonl, .json, .parquet, .csv, .tsv) or a line (.txt), in "
        "UTF-8; .gz is understood.",
    ),
    "BLD021": Code(
        "A benchmark without the fields named, or without text",
        "Look at `fields` of the benchmark: the message lists the fields that the file has.",
    ),
    # Tokens: encoders and tokenizer files
    "TOK001": Code(
        "A package for tokens is missing",
        "Install the extra: pip install 'corpusforge[tokenize]'.",
    ),
    "TOK002": Code(
        "A tokenizer file cannot be used",
        "Name a tokenizer.json as `tokenizers` and `transformers` save it, or the folder that holds "
        "one. SentencePiece and tiktoken files must be converted first.",
    ),
    "TOK003": Code(
        "The fast engine is not exact for this tokenizer",
        "Use `encoder: auto`, which takes `tokenizers` in its place, or `hf`. The ids are the same; "
        "only the time differs.",
    ),
    "TOK004": Code(
        "The tokenizer has no such token",
        "Look at `added_tokens` in its file: the message lists the special ones.",
    ),
    "TOK005": Code(
        "A text holds half a character",
        "Lone surrogates are no text. The stage `extract` replaces them; so does "
        'text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").',
    ),
    "TOK006": Code(
        "The tokenizer draws at random",
        "BPE dropout is for training models. Set `dropout` in the file's model to null: ids must "
        "not differ from run to run.",
    ),
    "TOK007": Code(
        "The tokens are not made of bytes",
        "Only a byte-level tokenizer gives every text back byte for byte. Choose one, or leave the "
        "step out that needs texts back.",
    ),
    "TOK010": Code(
        "The vocabulary is too small",
        "A byte-level tokenizer needs 256 ids for the bytes, some for special tokens, and the rest "
        "for words: 32768 is usual.",
    ),
    "TOK011": Code(
        "A tokenizer is in the way",
        "Ids mean nothing without the very tokenizer that made them, so none is written over. Name "
        "a new --output.",
    ),
    "TOK012": Code(
        "No texts to be found there",
        "Name a release directory, NAME@VERSION (with HF_ENDPOINT), a recipe that has been built, "
        "or files of Parquet, JSON lines or one text a line.",
    ),
    "TOK013": Code(
        "Two tokenizers have one name",
        "Give each its own: `corpusforge tokenizer compare old=a.json new=b.json --on texts.jsonl`.",
    ),
    "TOK014": Code(
        "No text to train or measure on",
        "Check --languages and the languages that the data say; one text in --hold-out is kept out "
        "of training.",
    ),
    "TOK015": Code(
        "A tokenizer cannot be written",
        "Check the owner of the folder and the space on its disk, or name another --output.",
    ),
    "TOK020": Code(
        "A file of texts cannot be read",
        "It must be Parquet, or JSON lines (one object a line) in UTF-8, plain or gzipped. The "
        "message says what is wrong with it and where.",
    ),
    "TOK021": Code(
        "A file of texts lacks a column or a text",
        "Every row needs a text. Name the columns with --text-column and --id-column where they are "
        "not called text and id.",
    ),
    "TOK022": Code(
        "A document is too long for an output",
        "Megatron's index counts the tokens of a document in 31 bits. Split the document, or leave "
        "`megatron` out of the outputs.",
    ),
    "TOK023": Code(
        "There is nothing to tokenize",
        "Name a release directory, NAME@VERSION, or files of texts; --config keeps only some configs "
        "of a release.",
    ),
    "TOK024": Code(
        "The output is in use",
        "Token files are written to a new folder. Name another --output, or remove the old one.",
    ),
    "TOK025": Code(
        "An option of tokenization has a value it cannot have",
        "The message names the option and what it may be; docs/tokens.md says what each does.",
    ),
    "TOK030": Code(
        "A task asked for a GPU and has none",
        "Nothing was scored. Run it on a node with a GPU (CORPUSFORGE_GPU_PARTITION names the "
        "partition; `nvidia-smi` and CUDA_VISIBLE_DEVICES say what a task can see) and a torch built "
        "for CUDA. Where the CPU will do, write `device: auto`.",
    ),
    "TOK031": Code(
        "A model cannot be used",
        "A model is a folder with config.json, model.safetensors (or its shards with their index) "
        "and tokenizer.json, as `save_pretrained` of transformers writes them. The message names "
        "the file and what is wrong with it: missing, cut off, weights in a pickle, an "
        "architecture that is not for this use, code of its own, which is never run.",
    ),
    "TOK032": Code(
        "The model is another one than the recipe names",
        "`digest` is the SHA-256 of `sha256sum * | LC_ALL=C sort -k 2` in the model's folder. Put "
        "the right model there, or, if the new one is meant, correct `digest`.",
    ),
    "TOK033": Code(
        "The device's memory is too small",
        "Batches were halved until one window was left, and it did not fit. State a smaller "
        "`window` for the scorer, or run on a device with more memory.",
    ),
    "TOK034": Code(
        "A model gave a value that is no number",
        "Infinite or undefined values come from broken weights, or from a model whose values are "
        "too large for bfloat16: `device: cpu` computes in float32.",
    ),
    "TOK035": Code(
        "A scorer does not fit the pass that tokenizes",
        "There a model is given the very ids that are written, so it must read the same "
        "vocabulary, and it cannot look for names. The stage `score` has neither limit: each model "
        "there reads the text by its own tokenizer.",
    ),
}
