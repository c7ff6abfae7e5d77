"""``spinedce pacs``: search, retrieval and sending; reception of studies."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SpineDCELib.cli.json_output import add_json_option, show_json
from SpineDCELib.cli.terminal import show, shown_progress
from SpineDCELib.errors import InputError

if TYPE_CHECKING:
    from SpineDCELib.network.study_query import StudyEntry


def add(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    commands = parser.add_subparsers(required=True, metavar="COMMAND", help="what to do")

    def command(name: str, what: str, work: Callable[[argparse.Namespace], int]) -> Any:
        own = commands.add_parser(name, help=what, description=what)
        add_json_option(own)
        own.set_defaults(work=work)
        return own

    command("nodes", "list the configured archives", _nodes)
    own = command("echo", "ask whether an archive answers", _echo)
    own.add_argument("node", metavar="NODE")
    own = command("find", "search an archive for studies", _find)
    own.add_argument("node", metavar="NODE")
    own.add_argument("--patient", default="", metavar="TEXT", help="ID, or part of the name")
    own.add_argument(
        "--date", default="", metavar="DATE", help="2026-03-12, or 2026-01-01-2026-03-12"
    )
    own.add_argument(
        "--description", default="", metavar="TEXT", help="part of the study's description"
    )
    own = command("get", "fetch a study; a broken retrieval is continued", _get)
    own.add_argument("node", metavar="NODE")
    own.add_argument("study", metavar="STUDY_UID")
    own.add_argument("-o", "--out", required=True, metavar="FOLDER", help="new folder")
    own = command("send", "send DICOM files to an archive", _send)
    own.add_argument("node", metavar="NODE")
    own.add_argument("files", nargs="+", metavar="FILE", help="file, or folder of files")
    command("serve", "receive studies, and analyse them as far as no hand is needed", _serve)
    command("status", "list the studies that were received, and their protocol check", _status)
    own = command("reviewed", "record that a person has reviewed a received study", _reviewed)
    own.add_argument("study", metavar="STUDY_UID")


def run(options: argparse.Namespace) -> int:
    """Run the subcommand."""
    return int(options.work(options))


def _nodes(options: argparse.Namespace) -> int:
    from SpineDCELib.network.nodes import nodes_file, read_network

    network = read_network()
    if options.json:
        nodes = [asdict(node) for node in network.nodes.values()]
        show_json({"file": str(nodes_file()), "own": asdict(network.own), "nodes": nodes})
        return 0
    for node in network.nodes.values():
        if node.by_web:
            where = f"DICOMweb {node.url}"
        else:
            by = f"C-{node.retrieve.upper()}" + (", TLS" if node.tls.on else "")
            where = f"{node.ae_title} at {node.host}, port {node.port} ({by})"
        show(f"{node.name}: {where}")
    if not network.nodes:
        show("No archive is configured.")
    show(f"The archives are configured in {nodes_file()}; docs/pacs.md describes it.")
    return 0


def _echo(options: argparse.Namespace) -> int:
    from SpineDCELib.network.archive import Archive

    Archive.named(options.node).echo()
    if options.json:
        show_json({"node": options.node, "answers": True})
    else:
        show(f"The archive '{options.node}' answers.")
    return 0


def _find(options: argparse.Namespace) -> int:
    from SpineDCELib.network.archive import Archive
    from SpineDCELib.network.study_query import MOST, Query

    archive = Archive.named(options.node)
    query = Query(options.patient, options.date, options.description)
    with shown_progress() as progress:
        studies = archive.find(query, progress)
    if options.json:
        found = [asdict(one) | {"perhaps_dynamic": one.perhaps_dynamic} for one in studies]
        show_json({"node": options.node, "studies": found})
        return 0
    for one in studies:
        show(_line(one))
    if not studies:
        show("No study matches.")
    if len(studies) >= MOST:
        show(f"These are {MOST} studies; there may be more. Narrow the search.")
    return 0


def _line(study: StudyEntry) -> str:
    day = study.date
    if len(day) == 8:
        day = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    images = "" if study.images is None else f"{study.images} objects, "
    dynamic = "perhaps with a dynamic series" if study.perhaps_dynamic else "no dynamic series seen"
    return (
        f"{day}  {study.patient_name} ({study.patient_id})  {study.description}  "
        f"[{', '.join(study.modalities)}] {images}{dynamic}\n  {study.uid}"
    )


def _get(options: argparse.Namespace) -> int:
    from SpineDCELib.network.archive import Archive

    archive = Archive.named(options.node)
    with shown_progress() as progress:
        objects = archive.retrieve(options.study, Path(options.out), progress)
    if options.json:
        show_json({"study": options.study, "folder": options.out, "objects": objects})
    else:
        show(f"{objects} objects are in {options.out}.")
    return 0


def _send(options: argparse.Namespace) -> int:
    from SpineDCELib.network.archive import Archive
    from SpineDCELib.network.sent_objects import sendable

    archive = Archive.named(options.node)
    files = sendable(options.files)
    with shown_progress() as progress:
        answers = archive.send(files, progress)
    failed = [one for one in answers if not one.stored]
    if options.json:
        objects = [asdict(one) | {"path": str(one.path)} for one in answers]
        show_json({"node": options.node, "objects": objects})
        return 1 if failed else 0
    for one in answers:
        if one.stored:
            show(f"{one.path}: stored{f', {one.message}' if one.message else ''}")
        else:
            show(f"! {one.path}: not stored, because {one.message.rstrip('.')}.")
    show(f"{len(answers) - len(failed)} of {len(answers)} objects are stored in '{options.node}'.")
    return 1 if failed else 0


def _serve(options: argparse.Namespace) -> int:
    import threading

    from SpineDCELib.network.nodes import read_network
    from SpineDCELib.network.reception import Reception

    network = read_network()
    reception = Reception(network)
    with reception.running() as port:
        where = {"ae_title": network.serve.ae_title, "port": port}
        if options.json:
            show_json({**where, "folder": str(reception.studies.folder)})
        else:
            show(f"Receiving studies as {where['ae_title']} at port {port}, until Ctrl-C.")
        sys.stdout.flush()
        reception.run(threading.Event())
    return 0


def _status(options: argparse.Namespace) -> int:
    from SpineDCELib.network.nodes import read_network
    from SpineDCELib.network.reception import received_studies

    studies = received_studies(read_network())
    if options.json:
        listed = [asdict(one) | {"images": str(studies.images(one.uid))} for one in studies]
        show_json({"studies": listed})
        return 0
    for one in studies:
        review = "" if one.state != "ready" else ", reviewed" if one.reviewed else ", NOT REVIEWED"
        show(
            f"{one.state}{review}: {one.date}  {one.patient}  {one.description}  "
            f"({one.objects} objects) {one.message}\n  {studies.images(one.uid)}"
        )
        for visit in one.earlier:
            said = visit["message"] or visit["images"]
            show(f"  earlier visit: {visit['date']}  {visit['description']}  {said}")
        if one.earlier_message:
            show(f"  {one.earlier_message}")
    if not list(studies):
        show("No study was received.")
    return 0


def _reviewed(options: argparse.Namespace) -> int:
    from SpineDCELib.network.nodes import read_network, require_uid
    from SpineDCELib.network.reception import received_studies
    from SpineDCELib.run.study_work import mark_reviewed

    studies, uid = received_studies(read_network()), require_uid(options.study)
    if studies.study(uid) is None:
        raise InputError(f"No study {uid} was received.", code="no_such_study", about=uid)
    mark_reviewed(studies.images(uid))
    studies.change(uid, reviewed=True)
    if options.json:
        show_json({"study": uid, "reviewed": True})
    else:
        show(f"{uid} is recorded as reviewed.")
    return 0
