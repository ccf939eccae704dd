"""manage.py study: kinds, cost, start, show: several searches that answer one question together."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from search.evolution.estimates.price import HourPrice
from search.evolution.experiments.config import ConfigError
from search.evolution.studies.rows import STUDY_KINDS, study_cells, study_settings
from search.management.study_findings import findings
from search.models import Study
from search.selectors.budgets import budget_hours
from search.selectors.studies import study_by_id, study_results
from search.selectors.study_cost import study_cost
from search.services.studies.launching import create_study
from search.tasks import nudge_study


class Command(BaseCommand):
    help = "Studies: several searches that answer one question together."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
        acts.add_parser("kinds", help="what there is, and what each is told")
        for act, text in (("cost", "what it would take; nothing is started"), ("start", "start one")):
            one = acts.add_parser(act, help=text)
            one.add_argument("kind", choices=list(STUDY_KINDS))
            one.add_argument("--set", metavar="JSON", default="{}", help="its settings, an object")
            if act == "start":
                one.add_argument("--title", default="", help="for people")
                one.add_argument(
                    "--budget",
                    metavar="TEXT",
                    help="it pauses after so much: device hours, or money such as 30EUR",
                )
        acts.add_parser("show", help="what was measured").add_argument("study", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['act']}")(options)
        except ConfigError as refusal:
            raise CommandError(str(refusal)) from None

    def _kinds(self, options: dict[str, Any]) -> None:
        for row in STUDY_KINDS.values():
            self.stdout.write(f"{row.name}: {row.question}")
            for name, info in row.settings.model_fields.items():
                self.stdout.write(f"  {name} = {json.dumps(info.default)}  {info.description or info.title}")

    def _cost(self, options: dict[str, Any]) -> None:
        cost = study_cost(
            study_cells(options["kind"], study_settings(options["kind"], _json(options["set"])))
        )
        self.stdout.write(
            f"{cost.cells} cells, {cost.networks:,} networks in searches, {cost.final_trainings:,} trainings for test "
            f"scores: {cost.seconds / 3600:.2f} device hours{_money(cost.seconds)}, {cost.basis}"
        )

    def _start(self, options: dict[str, Any]) -> None:
        told = _json(options["set"])
        if options["budget"] is not None:
            try:
                told["device_hours"] = budget_hours(options["budget"])
            except ValueError as refusal:
                raise CommandError(f"--budget: {refusal}") from None
        study = create_study(kind=options["kind"], settings=told, title=options["title"])
        nudge_study(study.pk)
        self.stdout.write(f"study {study.pk} is {study.state}: {study.cells.count()} cells")

    def _show(self, options: dict[str, Any]) -> None:
        try:
            study = study_by_id(options["study"])
        except Study.DoesNotExist:
            raise CommandError(f"There is no study {options['study']}.") from None
        results = study_results(study)
        complete, cells = study.complete_cells, study.all_cells  # type: ignore[attr-defined]  # annotated
        self.stdout.write(
            f"{study} is {study.state}: {complete} of {cells} cells, "
            f"{results.device_seconds / 3600:.2f} device hours{_money(results.device_seconds)}"
        )
        for arm in results.arms:
            test, search = arm.scores.test, arm.scores.search
            over = f" over {test.repeats} {arm.scores.over}" if test else ""
            self.stdout.write(
                f"{arm.title:50} test {_figure(test)}{over}; fitness {_figure(search)} "
                f"over {len(arm.scores.fitness)} seeds"
            )
        for line in findings(study, results):
            self.stdout.write(line)


def _money(seconds: float) -> str:
    price = HourPrice.read(settings.DEVICE_HOUR_PRICE)
    return f" ({price.of_seconds(seconds)})" if price else ""


def _figure(found: Any) -> str:
    if found is None:
        return "–"
    return f"{100 * found.mean:.2f}" + ("" if found.spread is None else f" ± {100 * found.spread:.2f}") + " %"


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommandError(f"--set: {text!r} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise CommandError(f'--set: {text!r} is no object; write it as {{"scale": 0.01}}')
    return found
