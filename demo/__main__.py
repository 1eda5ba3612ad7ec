"""Command line: `python -m demo --landing DIR [--truth DIR] [--size SIZE] [--seed N]`.

With --mess the files are delivered badly; with --calm no programme works, and the truth goes on.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

from . import (
    accounts,
    advocacy,
    engagement,
    feedback,
    mess,
    parties,
    relationship,
    sales,
    service,
    truth,
    world,
)
from .tables import Writer


def generate(brand: world.Brand, landing: Path, truth_folder: Path | None = None) -> dict[str, int]:
    """Write every input, block by block, and the truth where asked; return rows by input."""
    writer = Writer(landing)
    truths = Writer(truth_folder) if truth_folder else None
    rates = sales.fx_rates(brand)
    totals = relationship.Totals.empty(brand)
    books = accounts.Accounts.empty(brand, rates)
    waves: list[feedback.Wave] = []
    for block, first, size in brand.blocks():
        one = world.build(brand, block, first, size)
        orders = sales.write_orders(brand, one, rates, writer)
        terms = sales.write_subscriptions(brand, one, writer)
        people = parties.write_parties(brand, one, writer)
        touches, acted = engagement.write_engagement(brand, one, writer)
        talks = service.write_service(brand, one, writer)
        asked, polled = feedback.write_surveys(brand, one, orders, talks, writer)
        waves += asked
        relationship.write_assignments(brand, one, writer)
        referrals = advocacy.write_referrals(brand, one, orders, writer)
        totals.add(brand, one, orders, talks)
        if truths:
            truth.write_block(brand, one, orders, referrals, truths)
            first, margins = books.add_sales(one, people, orders.sold, orders.refunds, truths)
            books.add_contracts(one, people, terms)
            books.add_poll(polled, people)
            books.add_engagement(acted, people, one.first)
            books.add_talks(people, talks)
            books.add_follow_ups(people, orders.sold, first, talks)
            books.write_follow_ups(polled, truths, people, f"b{block:03d}")
            credits = books.credited(one, referrals, touches, talks)
            books.add_referrals(one, people, referrals, credits, first, margins, truths)
    parties.write_others(brand, writer)
    partners = feedback.write_partner_survey(brand, writer)
    members = engagement.write_community(brand, writer)
    content = engagement.write_content_metrics(brand, writer)
    sales.write_fx(brand, rates, writer)
    relationship.write_programmes(brand, writer)
    relationship.write_partner_ledger(brand, writer)
    costs = relationship.write_costs(brand, totals, writer)
    if truths:
        truth.write_common(brand, waves, totals, costs, truths)
        books.add_poll(partners)
        books.add_engagement(members)
        books.write_follow_ups(partners, truths)
        books.write(costs, truths)
        books.write_content(content, truths)
    return writer.rows


def generate_calm(brand: world.Brand, landing: Path, truth_folder: Path) -> dict[str, int]:
    """Write parties and orders of the calm brand, and what its customers do afterwards."""
    writer, truths = Writer(landing), Writer(truth_folder)
    brand = brand.calm()
    rates = sales.fx_rates(brand)
    for block, first, size in brand.blocks():
        one = world.build(brand, block, first, size)
        sales.write_orders(brand, one, rates, writer)
        parties.write_parties(brand, one, writer)
        truth.write_outlook(brand, one, truths)
    sales.write_fx(brand, rates, writer)
    truth.write_overrides(brand, writer)
    return writer.rows


def main() -> None:
    """Read the arguments, generate, and say what was written."""
    parser = argparse.ArgumentParser(
        prog="python -m demo", description="Write the demo brand into a landing folder."
    )
    parser.add_argument("--landing", type=Path, required=True, help="folder for the inputs")
    parser.add_argument(
        "--truth", type=Path, help="folder for the truth; none is written without it"
    )
    parser.add_argument(
        "--size", choices=["tiny", "default", "20k", "50k", "1m"], default="default"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calm", action="store_true", help="orders alone, no programme works")
    parser.add_argument("--mess", action="store_true", help="deliver it as badly as real exports")
    arguments = parser.parse_args()
    if arguments.calm and (arguments.mess or not arguments.truth):
        parser.error("--calm needs --truth, and is never messy")
    began = time.perf_counter()
    brand = world.Brand.read(arguments.size, arguments.seed)
    if arguments.calm:
        rows = generate_calm(brand, arguments.landing, arguments.truth)
    else:
        rows = generate(brand, arguments.landing, arguments.truth)
    if arguments.mess:
        defects = mess.add_mess(arguments.landing)
        if arguments.truth:
            mess.write_defects(defects, arguments.truth)
    for name, count in sorted(rows.items()):
        print(f"{name:24}{count:>13,}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    took = time.perf_counter() - began
    print(f"{sum(rows.values()):,} rows in {took:.1f} s, peak memory {peak:,.0f} MiB")


if __name__ == "__main__":
    main()
