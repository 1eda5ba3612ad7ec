"""The raw contract is read from the source YAML, and refuses what it cannot mean."""

from pathlib import Path

import pytest

from orchestration.contract import Column, ContractError, read_contract

TABLE = """
sources:
  - name: raw
    tables:
      - name: visits
        config: {event_time: visited_at, meta: {key: [visit_id], is_optional: true}}
        columns:
          - {name: visit_id, data_type: string, config: {meta: {is_required: true}}}
          - {name: visited_at, data_type: timestamp}
          - {name: visitor, data_type: string, config: {meta: {is_hashed: true}}}
          - {name: visit_count, data_type: bigint, config: {meta: {default: 1}}}
"""


def write(folder: Path, text: str) -> Path:
    (folder / "web").mkdir(exist_ok=True)
    (folder / "web" / "_web__sources.yml").write_text(text)
    return folder


def test_reads_columns_key_and_settings(tmp_path: Path) -> None:
    (visits,) = read_contract(write(tmp_path, TABLE))
    assert (visits.name, visits.domain, visits.key) == ("visits", "web", ("visit_id",))
    assert (visits.is_optional, visits.event_time) == (True, "visited_at")
    assert visits.columns == (
        Column("visit_id", "string", is_required=True),
        Column("visited_at", "timestamp"),
        Column("visitor", "string", is_hashed=True),
        Column("visit_count", "bigint", default="1"),
    )


def test_the_projects_own_contract_is_sound() -> None:
    contract = read_contract(Path(__file__).parents[2] / "models" / "staging")
    names = [spec.name for spec in contract]
    assert names == sorted(names)
    assert {"orders", "parties", "survey_responses"} <= set(names)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("key: [visit_id], ", "", "table visits: key must be a list"),
        ("key: [visit_id]", "key: [visit]", "key column 'visit' is not one of its columns"),
        ("key: [visit_id]", "key: [visited_at]", "key column visited_at must be is_required"),
        ("event_time: visited_at", "event_time: visit_id", "event_time 'visit_id' is not a"),
        (
            "data_type: bigint",
            "data_type: number",
            "column visit_count: unknown data_type 'number'",
        ),
        ("name: visitor", "name: visit_id", "a column is declared twice"),
        ("name: visits", "name: Visits", "no lower-case snake_case name: 'Visits'"),
        ("meta: {is_hashed: true}", "meta: hashed", "column visitor: meta must be a mapping"),
        (
            "data_type: timestamp",
            "data_type: timestamp, config: {meta: {is_hashed: true}}",
            "only a",
        ),
        ("    tables:", "    tables: [", "not valid YAML"),
        ("sources:", "source:", "sources must be a list"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ContractError) as error:
        read_contract(write(tmp_path, TABLE.replace(old, new, 1)))
    assert message in str(error.value)
    assert "_web__sources.yml" in str(error.value)


def test_a_name_stands_once_and_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no input is declared"):
        read_contract(tmp_path)
    write(tmp_path, TABLE)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "_app__sources.yml").write_text(TABLE)
    with pytest.raises(ContractError, match="visits is declared twice"):
        read_contract(tmp_path)
