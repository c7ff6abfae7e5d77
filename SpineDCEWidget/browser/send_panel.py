"""Step 5, "Send": objects of the results, to an archive that the user chooses."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, NOT_READY, disabled_if
from SpineDCEWidget.shared.archive_search import configured_nodes
from SpineDCEWidget.shared.archive_sending import PREPARING, SENDING, ArchiveSending


class SendPanel:
    """Part of step 5."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._sending = ArchiveSending(station.session)
        self._anonymise = False
        station.state.update(
            {
                "send": {"nodes": [], "without": "", "rows": [], "failed": False, "question": ""},
                "send_node": None, "send_chosen": [],
            }
        )  # fmt: skip
        station.state.change("send_node")(lambda **_: self._show())
        station.state.change("anonymise")(self._forget_others)

    async def prepare(self, anonymise: bool) -> None:
        """Write the objects of the results, and list them."""
        station = self._station
        folder = station.files / "to-send"
        shutil.rmtree(folder, ignore_errors=True)
        jobs: list[Any] = []
        if not station.attempt(
            lambda: jobs.append(self._sending.preparation_job(folder, anonymise=anonymise))
        ):
            return
        done, objects = await station.jobs.run(PREPARING, jobs[0].run)
        if not done:
            return
        jobs[0].finish(objects)
        self._anonymise = anonymise
        with station.state as state:
            state.send_chosen = [row.uid for row in self._sending.rows("")]
            station.refresh()

    async def send(self, node: str, chosen: Sequence[str]) -> None:
        """Send the objects of the chosen series; ask first, once per archive and session."""
        station = self._station
        if not chosen:
            return
        count = len(self._sending.to_send(node, chosen))
        questions: list[str] = []
        if not station.attempt(
            lambda: questions.append(self._sending.question(node, count, anonymise=self._anonymise))
        ):
            return
        if questions[0]:
            with station.state:
                self._show(questions[0])
            return
        jobs: list[Any] = []
        if not station.attempt(lambda: jobs.append(self._sending.job(node, list(chosen)))):
            return
        done, answers = await station.jobs.run(SENDING, jobs[0].run)
        if done:
            jobs[0].finish(answers)
            station.save_soon()
        with station.state as state:
            station.refresh()
            state.send_chosen = [row.uid for row in self._sending.rows(node) if row.failed]

    async def agree(self, node: str, chosen: Sequence[str]) -> None:
        """Agree to send to an archive in this session, and send."""
        self._sending.agree(node)
        with self._station.state:
            self._show()
        await self.send(node, chosen)

    def _forget_others(self, anonymise: bool, **_: Any) -> None:
        """Forget the objects where they should name the patient and do not, or the other way."""
        if anonymise != self._anonymise:
            self._sending.forget()
            with self._station.state:
                self._show()

    def back(self) -> None:
        """Do not send."""
        with self._station.state:
            self._show()

    def refresh(self) -> None:
        """Show the archives, and the objects as long as they are of the present results."""
        if self._station.state.step != 5:
            return
        if self._sending.is_outdated:
            self._sending.forget()
        self._show()

    def _show(self, question: str = "") -> None:
        state = self._station.state
        nodes, without = configured_nodes()
        if state.send_node not in nodes:
            state.send_node = nodes[0] if nodes else None
        rows = self._sending.rows(state.send_node or "")
        state.send = {
            "nodes": nodes, "without": without, "rows": [asdict(row) for row in rows],
            "failed": any(row.failed for row in rows), "question": question,
        }  # fmt: skip

    def ui(self) -> None:
        """Build the part."""
        chosen = "[send_node, send_chosen]"
        with html.Div(classes="stack", v_if="visits.length", id="send-part"):
            html.H3("Send to an archive (PACS)", classes="label")
            html.Div("{{ send.without }}", v_if="send.without", classes="hint", id="no-send-node")
            v3.VBtn(
                "List objects", size="small", variant="tonal", id="list-objects", classes="action",
                click=(self._station.as_action(self.prepare), "[anonymise]"),
                v_if="send.nodes.length && !send.rows.length",
                **disabled_if(
                    BUSY | NOT_READY,
                    "Write the results as DICOM objects, to choose from; nothing is sent yet",
                ),
            )  # fmt: skip
            with html.Div(v_if="send.rows.length", classes="stack"):
                with html.Div(classes="send-list"), html.Div(
                    v_for="s in send.rows", key="s.uid", classes="send-row"
                ):  # fmt: skip
                    with html.Label(classes="send-series"):
                        html.Input(
                            type="checkbox", classes="send-choice",
                            raw_attrs=[
                                ':value="s.uid"', ':checked="send_chosen.includes(s.uid)"',
                                '@change="send_chosen = $event.target.checked '
                                "? [...send_chosen, s.uid] "
                                ': send_chosen.filter((u) => u !== s.uid)"',
                            ],
                        )  # fmt: skip
                        html.Span("{{ s.title }}")
                        html.Span("{{ s.count > 1 ? s.count + ' objects' : '' }}", classes="hint")
                    html.Div(
                        "{{ a }}", v_for="a in s.answers", key="a",
                        raw_attrs=[":class=\"['answer', a.includes(': not stored') ? 'warn' : "
                                   "'hint']\""],
                    )  # fmt: skip
                v3.VSelect(
                    v_model=("send_node",), items=("send.nodes",), label="Archive",
                    density="compact", hide_details=True, variant="outlined", id="send-node",
                )  # fmt: skip
                v3.VBtn(
                    text=("send.failed ? 'Send again' : 'Send'",), size="small", color="primary",
                    prepend_icon="mdi-send", id="send", v_if="!send.question",
                    click=(self._station.as_action(self.send), chosen),
                    **disabled_if(
                        BUSY | {"!send_chosen.length": "Choose objects in the list first."},
                        "Send the chosen objects to the archive",
                    ),
                )  # fmt: skip
                with html.Div(v_if="send.question", classes="stack card", id="send-question"):
                    html.Div("{{ send.question }}", classes="warn")
                    with html.Div(classes="row"):
                        v3.VBtn(
                            "Send", size="small", color="primary", id="confirm-send",
                            click=(self._station.as_action(self.agree), chosen),
                        )  # fmt: skip
                        v3.VBtn("Back", size="small", variant="tonal", click=self.back,
                                id="do-not-send")  # fmt: skip
