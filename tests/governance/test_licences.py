"""Reading licence expressions: SPDX, the agencies' own, AND, OR and WITH."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpusforge.errors import RightsError
from corpusforge.governance.lattice import FREE, join, join_all
from corpusforge.governance.licences import (
    branches,
    licence,
    licence_slug,
    normalise,
    weakest,
)
from corpusforge.governance.table import TABLE

_IDS = sorted(TABLE)


@pytest.mark.parametrize("expression", ["CC0-1.0", "PDDL-1.0", "CC-PDM-1.0"])
def test_public_domain_asks_nothing(expression):
    """Dedications to the public domain are the neutral element."""
    assert licence(expression) == FREE


@pytest.mark.parametrize("name", _IDS)
def test_a_name_alone_is_what_the_parser_makes_of_it(name):
    """One name of the table is taken as it is; in brackets it is parsed."""
    assert branches(name) == branches(f"({name})")
    assert normalise(name) == normalise(f"({name})")


def test_reads_what_creative_commons_asks():
    """The letters of a Creative Commons licence are its components."""
    point = licence("CC-BY-NC-SA-3.0")
    assert point.attribution
    assert point.non_commercial
    assert not point.no_derivatives
    assert point.share_alike == {("CC-BY-NC-SA", (3, 0))}
    assert licence("CC-BY-ND-4.0").no_derivatives


def test_ported_versions_belong_to_their_family():
    """CC-BY-SA-3.0-DE may rise to 4.0 like any 3.0."""
    assert licence("CC-BY-SA-3.0-DE").share_alike == licence("CC-BY-SA-3.0").share_alike


def test_the_first_version_of_share_alike_stands_alone():
    """CC-BY-SA-1.0 has no clause for later versions."""
    first, second = licence("CC-BY-SA-1.0").share_alike, licence("CC-BY-SA-2.0").share_alike
    assert {family for family, _ in first} != {family for family, _ in second}


def test_and_joins():
    """Both licences must be kept."""
    assert licence("MIT AND ODbL-1.0") == join(licence("MIT"), licence("ODbL-1.0"))


def test_or_takes_the_branch_that_asks_least():
    """Of two licences on offer, the freer one."""
    assert licence("CC-BY-SA-4.0 OR CC-BY-4.0") == licence("CC-BY-4.0")
    assert licence("CC-BY-NC-4.0 OR CC0-1.0 OR MIT") == FREE


def test_or_between_equals_is_decided_the_same_way_every_time():
    """Branches that do not compare are chosen by a fixed order, not by how they were written."""
    options = ["CC-BY-SA-4.0", "ODbL-1.0", "GFDL-1.3-only"]
    chosen = {weakest(branches(" OR ".join(order))).expression for order in permutations(options)}
    assert chosen == {"CC-BY-SA-4.0"}


def test_and_over_or_is_every_combination():
    """Brackets are multiplied out."""
    found = {each.expression for each in branches("(MIT OR CC0-1.0) AND (ODbL-1.0 OR CC-BY-4.0)")}
    assert found == {
        "MIT AND ODbL-1.0",
        "CC-BY-4.0 AND MIT",
        "CC0-1.0 AND ODbL-1.0",
        "CC-BY-4.0 AND CC0-1.0",
    }


def test_an_exception_is_not_relied_on():
    """WITH permits more; nothing here needs the more."""
    (branch,) = branches("GPL-2.0-or-later WITH Classpath-exception-2.0")
    assert branch.point == licence("GPL-2.0-or-later")
    assert branch.expression == "GPL-2.0-or-later WITH Classpath-exception-2.0"


@pytest.mark.parametrize(
    ("written", "spdx"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("  CC-BY-4.0\n", "CC-BY-4.0"),
        ("odbl-1.0 and mit", "MIT AND ODbL-1.0"),
        ("MIT OR MIT", "MIT"),
        ("GPL-2.0+", "GPL-2.0-or-later"),
        ("licenseref-ma-research", "LicenseRef-MA-research"),
    ],
)
def test_writes_expressions_as_spdx_does(written, spdx):
    """Capitals, order and doubles are put right."""
    assert normalise(written) == spdx


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CC BY 4.0", "CC-BY-4.0"),
        ("cc-by-sa", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution-ShareAlike 4.0", "CC-BY-SA-4.0"),
        ("odbl", "ODbL-1.0"),
        ("odc-odbl", "ODbL-1.0"),
        ("ODBL-1", "ODbL-1.0"),
        ("CC-BY-4", "CC-BY-4.0"),
        ("CC-BY-4.O", "CC-BY-4.0"),
        ("apache 2.0", "Apache-2.0"),
        ("Apache2", "Apache-2.0"),
        ("public domain", "CC0-1.0"),
        ("LicenseRef-MA-reserch", "LicenseRef-MA-research"),
    ],
)
def test_names_the_licence_probably_meant(written, meant):
    """LIC001 carries a near match."""
    with pytest.raises(RightsError) as refused:
        licence(written)
    assert refused.value.code == "LIC001"
    assert f'"{meant}"' in refused.value.hint


@pytest.mark.parametrize(
    "written",
    [
        "",
        "   ",
        "NONE",
        "NOASSERTION",
        "MIT AND",
        "AND",
        "(MIT",
        "MIT AND AND CC0-1.0",
        "MIT, CC0-1.0",
        "MIT/Apache-2.0",
        "MIT WITH Apache-2.0",
        "MIT WITH nonsense",
        "Classpath-exception-2.0",
        "AFL-3.0",
        "CC-BY-SA-4.0-MA",
        "CC-BY-5.0",
        "رخصة مفتوحة",
        "MIT\0",
        "MIT\u202e",
        "x" * 10_000,
        "(" * 400,
        " AND ".join(f"(MIT OR CC-BY-{v}.0)" for v in (1, 2, 3, 4) for _ in range(20)),
    ],
)
def test_refuses_what_is_no_known_licence(written):
    """Whatever does not parse or is not in the table is LIC001 and says what to do."""
    with pytest.raises(RightsError) as refused:
        licence(written)
    assert refused.value.code == "LIC001"
    assert refused.value.hint
    assert len(refused.value.message) < 400


@given(st.text(max_size=60))
def test_any_text_is_a_licence_or_lic001(text):
    """No text makes the reader fail in another way."""
    try:
        licence(text)
    except RightsError as error:
        code = error.code
    else:
        code = "LIC001"
    assert code == "LIC001"


@given(st.lists(st.sampled_from(_IDS), min_size=1, max_size=4))
def test_an_expression_of_and_is_the_join_of_its_licences(ids):
    """AND means the join, for every licence of the table."""
    assert licence(" AND ".join(ids)) == join_all(licence(name) for name in ids)


@given(st.lists(st.sampled_from(_IDS), min_size=1, max_size=4))
def test_a_branch_is_an_expression_of_its_own(ids):
    """Each branch can be read again and is itself."""
    for branch in branches(f"({' OR '.join(ids)}) AND MIT"):
        (again,) = branches(branch.expression)
        assert again == branch
        assert licence(normalise(branch.expression)) == branch.point


@given(st.lists(st.sampled_from(_IDS), min_size=1, max_size=4))
def test_normal_forms_are_stable(ids):
    """The normal form of a normal form is itself, and asks the same."""
    expression = " OR ".join(ids)
    assert normalise(normalise(expression)) == normalise(expression)
    assert licence(normalise(expression)) == licence(expression)


@pytest.mark.parametrize(
    ("expression", "slug"),
    [
        ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
        ("MIT AND CC-BY-4.0", "cc-by-4.0-and-mit"),
        ("LicenseRef-MA-research", "licenseref-ma-research"),
    ],
)
def test_slugs_name_configs_and_folders(expression, slug):
    """Lower case, no spaces, no brackets."""
    assert licence_slug(expression) == slug
