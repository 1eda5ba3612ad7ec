import hashlib
import json
import random
import stat
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from orchestration import publication
from orchestration.publication import Mart, current, publications, publish, read, switch

ROOT = Path(__file__).parents[2]
MARTS = (Mart("customers", ("customer_id",)), Mart("events", ("month", "kind")))
STEPS = (
    "_write_marts",
    "_write_mart",
    "_copy_comments",
    "_copy_extras",
    "_write_manifest",
    "_seal",
    "_sync",
    "_point",
)


def make(path, rows=100, shuffled=0, value="1"):
    order = f"order by hash(i + {shuffled})" if shuffled else ""
    with duckdb.connect(path) as connection:
        connection.execute(f"""
            create schema marts;
            create table marts.customers as
                select i as customer_id, 'ä' || i as name, (i * {value})::decimal(18, 2) as amount,
                       timestamptz '2026-01-01 00:00:00+00' + to_days(i::int) as created_at
                from range({rows}) t(i) {order};
            create table marts.events as
                select date '2026-01-01' as month, 'k' as kind, i % 7 as n
                from range({rows}) t(i) {order};
            create table marts.empty_one (id integer, value double);
            comment on table marts.customers is 'one row per customer';
            comment on column marts.customers.amount is 'in the customer''s currency';
        """)
    return path


@pytest.fixture
def build(tmp_path):
    return make(tmp_path / "build.duckdb")


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "home"
    for published in publications(tmp_path / "home"):
        publication._remove(published.path)


def count(home, table="customers"):
    with read(home) as connection:
        return connection.execute(f"select count(*) from marts.{table}").fetchone()[0]


def test_a_publication_holds_everything(build, home, tmp_path):
    docs = tmp_path / "site"
    (docs / "static").mkdir(parents=True)
    (docs / "static" / "a.css").write_text("a")
    marts = (*MARTS, Mart("empty_one"))
    made = publish(build, home, marts, {"as_of_date": "2026-02-01"}, {"data_docs": docs})
    assert (made.number, made) == (1, current(home))
    assert (made.path / "data_docs" / "static" / "a.css").read_text() == "a"
    assert (home / "published" / "current").readlink().name == "1"
    manifest = made.manifest
    assert manifest["as_of_date"] == "2026-02-01"
    assert {name: m["rows"] for name, m in manifest["marts"].items()} == {
        "customers": 100,
        "events": 100,
        "empty_one": 0,
    }
    written = manifest["marts"]["customers"]
    file = made.path / "parquet" / "customers.parquet"
    assert written["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert written["columns"][2] == {"name": "amount", "type": "DECIMAL(18,2)"}
    assert written["order_by"] == ["customer_id"]
    text = (made.path / "manifest.json").read_text(encoding="utf-8")
    assert text == json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    with read(home) as connection:
        comments = connection.execute(
            "select comment from duckdb_tables() union all select comment from duckdb_columns()"
        ).fetchall()
        assert ("one row per customer",) in comments
        assert ("in the customer's currency",) in comments
        rows = connection.execute("select customer_id from marts.customers").fetchall()
        assert rows == [(i,) for i in range(100)]


def test_it_is_immutable_and_closed(build, home):
    made = publish(build, home, MARTS, {}, {})
    for path in (made.path, *made.path.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o555 if path.is_dir() else 0o444), path
    assert sorted(p.name for p in made.path.iterdir()) == [
        "manifest.json",
        "parquet",
        "rapport.duckdb",
    ]


def test_it_is_written_for_drivers_of_the_1x_line(build, home):
    made = publish(build, home, MARTS, {}, {})
    header = made.database.read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64  # read by 0.9 and later


def test_the_same_rows_give_the_same_parquet(tmp_path, home):
    digests = []
    for shuffled in (0, 1, 2):  # events tie on their order_by
        build = make(tmp_path / f"build{shuffled}.duckdb", 5000, shuffled)
        made = publish(build, home, MARTS, {}, {})
        files = sorted((made.path / "parquet").iterdir())
        digests.append([hashlib.sha256(f.read_bytes()).hexdigest() for f in files])
        digests[-1].append((made.path / "manifest.json").read_text())
    assert digests[0] == digests[1] == digests[2]
    other = publish(make(tmp_path / "other.duckdb", 5000, 0, "2"), home, MARTS, {}, {})
    assert other.manifest["marts"]["events"] == made.manifest["marts"]["events"]
    assert other.manifest["marts"]["customers"] != made.manifest["marts"]["customers"]


@pytest.mark.parametrize("step", STEPS)
def test_the_old_one_stands_when_a_step_fails(build, home, tmp_path, monkeypatch, step):
    publish(build, home, MARTS, {}, {})
    before = sorted(p.name for p in (home / "published").iterdir())

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(publication, step, fail)
    with pytest.raises(OSError, match="disk full"):
        publish(make(tmp_path / "next.duckdb", 7), home, MARTS, {}, {"extra": build})
    monkeypatch.undo()
    assert sorted(p.name for p in (home / "published").iterdir()) == before
    assert (current(home).number, count(home)) == (1, 100)
    assert publish(tmp_path / "next.duckdb", home, MARTS, {}, {}).number == 2
    assert count(home) == 7


def test_a_failure_after_the_switch_keeps_the_new_one(build, home, monkeypatch):
    publish(build, home, MARTS, {}, {})
    sync, point = publication._sync, publication._point

    def fail(*_):
        raise OSError("disk full")

    def point_then_fail(root, number):
        monkeypatch.setattr(publication, "_sync", fail)
        point(root, number)

    monkeypatch.setattr(publication, "_point", point_then_fail)
    with pytest.raises(OSError, match="disk full"):
        publish(build, home, MARTS, {}, {})
    monkeypatch.setattr(publication, "_sync", sync)
    assert (current(home).number, count(home)) == (2, 100)


def test_a_missing_mart_or_ordering_column_publishes_nothing(build, home):
    for mart in (Mart("no_such"), Mart("customers", ("no_such",))):
        with pytest.raises(duckdb.Error, match="no_such"):
            publish(build, home, (MARTS[1], mart), {}, {})
    assert current(home) is None
    assert list((home / "published").iterdir()) == []


@pytest.mark.parametrize(
    ("marts", "manifest", "extras"),
    [
        ((), {}, {}),
        ((Mart("a"), Mart("A")), {}, {}),
        ((Mart("../a"),), {}, {}),
        (MARTS, {}, {"manifest.json": "."}),
        (MARTS, {}, {"a/b": "."}),
        (MARTS, {}, {"..": "."}),
    ],
)
def test_names_are_refused(build, home, marts, manifest, extras):
    with pytest.raises(ValueError, match="name"):
        publish(build, home, marts, manifest, extras)
    assert not (home / "published").exists()


def test_a_manifest_key_is_not_overwritten(build, home):
    with pytest.raises(ValueError, match="'marts' is written here"):
        publish(build, home, MARTS, {"marts": 1}, {})


def test_what_is_missing_is_said(build, home, tmp_path):
    with pytest.raises(FileNotFoundError, match="no_such"):
        publish(tmp_path / "no_such.duckdb", home, MARTS, {}, {})
    with pytest.raises(FileNotFoundError, match="no_such"):
        publish(build, home, MARTS, {}, {"data_docs": tmp_path / "no_such"})
    with pytest.raises(FileNotFoundError, match="run the pipeline first"):
        read(home)


def test_back_and_forward(tmp_path, home):
    for number in (1, 2, 3):
        publish(make(tmp_path / f"{number}.duckdb", number), home, MARTS, {}, {})
    assert [p.number for p in publications(home)] == [1, 2, 3]
    assert switch(home, 1) == current(home)
    assert count(home) == 1
    assert publish(make(tmp_path / "4.duckdb", 4), home, MARTS, {}, {}).number == 4
    switch(home, 3)
    assert (current(home).number, count(home)) == (3, 3)
    with pytest.raises(FileNotFoundError, match="no publication 9; there are: 1, 2, 3, 4"):
        switch(home, 9)
    assert current(home).number == 3


def test_a_removed_current_is_not_taken_for_none(build, home):
    publication._remove(publish(build, home, MARTS, {}, {}).path)
    with pytest.raises(FileNotFoundError, match="no publication 1; there are: none"):
        current(home)


def test_numbers_are_numbers(build, home):
    first = publish(build, home, MARTS, {}, {})
    first.path.rename(first.path.with_name("9"))
    (home / "published" / "notes").mkdir()
    assert [publish(build, home, MARTS, {}, {}).number for _ in range(2)] == [10, 11]
    assert current(home).number == 11
    assert [p.number for p in publications(home)] == [9, 10, 11]


def test_leftovers_of_a_killed_run_are_removed(build, home):
    left = home / "published" / ".1.partial" / "parquet"
    left.mkdir(parents=True)
    (left / "x.parquet").write_text("half")
    left.chmod(0o555)
    (home / "published" / ".current.partial").symlink_to("7")
    publish(build, home, MARTS, {}, {})
    assert sorted(p.name for p in (home / "published").iterdir()) == ["1", "current"]


def test_a_reader_reaches_nothing_else(build, home):
    publish(build, home, MARTS, {}, {})
    with read(home) as connection:
        for statement in (
            "insert into marts.empty_one values (1, 1)",
            "create table x (i integer)",
            f"attach '{build}'",
            "select * from read_text('/etc/hostname')",
            "copy marts.customers to 'x.csv'",
            "set enable_external_access = true",
            "set lock_configuration = false",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)


PUBLISHER = """
import sys
from pathlib import Path
from orchestration.publication import Mart, publish
marts = (Mart("customers", ("customer_id",)), Mart("events", ("month", "kind")))
print("ready", flush=True)
for _ in range(int(sys.argv[3])):
    publish(Path(sys.argv[1]), Path(sys.argv[2]), marts, {}, {})
print("done", flush=True)
"""
READER = """
import sys
from pathlib import Path
from orchestration.publication import current, read
home, seen, reads = Path(sys.argv[1]), set(), 0
print("ready", flush=True)
while not (home / "stop").exists():
    seen.add(current(home).number)
    with read(home) as connection:
        query = "select count(*), sum(customer_id) from marts.customers"
        found = connection.execute(query).fetchone()
        assert found == (100, 4950), found
        found = connection.execute("select count(*) from marts.events").fetchone()
        assert found == (100,), found
    reads += 1
print(reads, len(seen))
"""


def start(code, *arguments):
    command = [sys.executable, "-c", code, *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout.readline() == "ready\n"
    return process


def test_kills_leave_current_whole(build, home):
    publish(build, home, MARTS, {}, {})
    dice = random.Random(1)
    for _ in range(10):
        process = start(PUBLISHER, build, home, 1000)
        time.sleep(dice.uniform(0, 0.25))
        process.kill()
        process.communicate()
        assert count(home) == 100
        for published in publications(home):  # what has a number is whole, switched to or not
            assert published.manifest["marts"]["events"]["rows"] == 100
            assert stat.S_IMODE(published.path.stat().st_mode) == 0o555
    last = publish(build, home, MARTS, {}, {})
    assert last == current(home) == publications(home)[-1]
    assert not list((home / "published").glob(".*"))


def test_a_reader_sees_no_error_while_publications_change(build, home):
    publish(build, home, MARTS, {}, {})
    reader = start(READER, home)
    publisher = start(PUBLISHER, build, home, 5)
    assert publisher.communicate(timeout=60)[0] == "done\n"
    time.sleep(0.1)
    (home / "stop").touch()
    reads, seen = map(int, reader.communicate(timeout=60)[0].split())
    assert reader.returncode == 0
    assert reads >= 5
    assert seen >= 2
    assert current(home).number == 6
