"""Parties: customers and their duplicate records, partners, members of the community, employees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .sales import duplicates
from .tables import (
    PARTY_SPAN,
    Bools,
    Floats,
    Ints,
    Writer,
    address,
    flags,
    labels,
    nothing,
    party,
    times,
)
from .world import NEVER, Brand, World, pick

PARTNER, MEMBER, EMPLOYEE = (k * PARTY_SPAN for k in (1, 2, 3))
PARTY_TYPES = ("customer", "partner", "community_member", "employee")
EMAIL, HANDLE = "*@example.org", "@*"
COMMON = 999  # block number of what belongs to no block of customers


def has_handle(numbers: Ints) -> Bools:
    """Say which parties have a handle: four of ten, the same ones everywhere."""
    return (numbers * 7919) % 10 < 4


def member_days(brand: Brand) -> Floats:
    """When the members of the community joined, shape (members,), in order."""
    return np.sort(
        brand.rng("members").uniform(0.05, brand.days * 0.7, brand["community"]["members"])
    )


def partner_days(brand: Brand) -> Floats:
    """When the partners came, shape (partners,), in order."""
    return np.sort(
        brand.rng("partners").uniform(0.02, brand.days * 0.5, brand["partners"]["count"])
    )


@dataclass
class People:
    """Customer records of one block as the brand sees them, duplicates last; shape (rows,)."""

    number: Ints
    segment: Ints  # of the person; -1 unknown: not delivered, or erased
    channel: Ints  # of the person; -1 unknown: erased
    is_test: Bools
    is_erased: Bools
    person: Ints  # the row that the record was merged into; its own where it was not
    linked: Ints  # when, seconds; -1 where it was not


def write_parties(brand: Brand, world: World, writer: Writer) -> People:
    """Write customers, their duplicate records, identifiers and erasure requests."""
    who = brand["customers"]
    part = f"b{world.block:03d}"
    rng = brand.rng("parties", world.block)
    twin, merged = duplicates(brand, world)
    twins = np.flatnonzero(twin >= 0)
    row = np.concatenate([np.arange(world.n), twins])  # twins repeat what the customer is
    number = np.concatenate([world.first + np.arange(world.n), twin[twins]])
    created = np.concatenate([world.created, world.acquired[twins]])
    programmes = [p["id"] for p in brand.programmes]
    kinds = [p["kind"] for p in brand.programmes]
    brought = np.full(world.n, -1)
    referred = list(who["channels"]).index("referral")
    advocacy = kinds.index("advocacy")
    since = brand.month_starts[brand.programmes[advocacy]["months"][0] - 1]
    brought[(world.channel == referred) & (world.acquired > since)] = advocacy
    seen = rng.random(len(row))
    segment = np.where(seen > 0.98, -1, world.segment[row])
    writer.write(
        "parties",
        {
            "party_id": party(number),
            "party_type": labels(PARTY_TYPES, np.zeros(len(row), int)),
            "created_at": times(brand.seconds(created)),
            "country": labels(
                list(who["countries"]), np.where(seen < 0.02, -1, world.country[row])
            ),
            "segment": labels(list(who["segments"]), segment),
            "acquisition_channel": labels(list(who["channels"]), world.channel[row]),
            "acquisition_programme_id": labels(programmes, brought[row]),
            "email": address(np.where(rng.random(len(row)) < 0.03, -1, number), EMAIL),
            "is_test": flags(world.is_test[row]),
            "updated_at": times(brand.seconds(created)),
        },
        ["party_id"],
        part,
    )

    # Identifiers: everybody's address, and the handles of those who have one.
    at = np.where(np.arange(len(row)) >= world.n, row, -1)
    into = np.where((at >= 0) & (merged[at] < brand.days - 0.001), world.first + at, -1)
    named = np.arange(len(row))
    for kind, pattern, rows in (
        ("email", EMAIL, named),
        ("handle", HANDLE, named[has_handle(number)]),
    ):
        writer.write(
            "identities",
            {
                "identifier": address(number[rows], pattern),
                "identifier_type": labels([kind], np.zeros(len(rows), int)),
                "party_id": party(number[rows]),
                "merged_into_party_id": party(into[rows]),
                "merged_at": times(brand.seconds(np.where(at >= 0, merged[at], NEVER)[rows])),
                "valid_from": times(brand.seconds(created[rows])),
            },
            ["identifier", "identifier_type"],
            f"{part}_{kind}",
        )

    count = max(2 if world.block == 0 else 0, round(who["erasure"] * world.n))
    gone = np.sort(
        rng.choice(np.flatnonzero(world.acquired < brand.days - 40), count, replace=False)
    )
    writer.write(
        "erasure_requests",
        {
            "party_id": party(world.first + gone),
            "requested_at": times(brand.seconds(world.acquired[gone] + rng.uniform(20, 40, count))),
        },
        ["party_id"],
        part,
    )
    # Who has no segment takes that of the record merged into them. Test records are not merged.
    is_merged = (into >= 0) & ~world.is_test[row]
    original, record = row[is_merged], np.flatnonzero(is_merged)
    segment[original] = np.where(segment[original] >= 0, segment[original], segment[record])
    channel = world.channel[row]
    segment[gone] = channel[gone] = -1
    linked = np.where(is_merged, brand.seconds(np.where(at >= 0, merged[at], NEVER)), -1)
    person = np.where(is_merged, row, np.arange(len(row)))
    is_erased = np.isin(np.arange(len(row)), gone)
    return People(number, segment, channel, world.is_test[row], is_erased, person, linked)


def write_others(brand: Brand, writer: Writer) -> None:
    """Write partners, members of the community and employees, their handles."""
    rng = brand.rng("others")
    joined = [
        partner_days(brand),
        member_days(brand),
        np.full(brand["employees"], 0.01),
    ]
    number = np.concatenate(
        [(k + 1) * PARTY_SPAN + np.arange(len(j)) for k, j in enumerate(joined)]
    )
    kind = np.repeat([1, 2, 3], [len(j) for j in joined])
    day = np.concatenate(joined)
    size = len(number)
    countries = list(brand["customers"]["countries"])
    channels = list(brand["customers"]["channels"])
    writer.write(
        "parties",
        {
            "party_id": party(number),
            "party_type": labels(PARTY_TYPES, kind),
            "created_at": times(brand.seconds(day)),
            "country": labels(countries, pick(rng, brand["customers"]["countries"], size, 0)),
            "segment": nothing(size),
            "acquisition_channel": labels(channels, np.where(kind == 2, 0, -1)),
            "acquisition_programme_id": labels(
                [brand.programmes[0]["id"]], np.where((kind == 2) & (day > 60), 0, -1)
            ),
            "email": address(number, EMAIL),
            "is_test": flags(np.zeros(size, int)),
            "updated_at": times(brand.seconds(day)),
        },
        ["party_id"],
        "others",
    )
    writer.write(
        "identities",
        {
            "identifier": address(number, HANDLE),
            "identifier_type": labels(["handle"], np.zeros(size, int)),
            "party_id": party(number),
            "merged_into_party_id": nothing(size),
            "merged_at": nothing(size, "timestamp"),
            "valid_from": times(brand.seconds(day)),
        },
        ["identifier", "identifier_type"],
        "others",
    )
