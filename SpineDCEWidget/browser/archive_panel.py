"""Step 1, "From PACS": search of an archive, and opening of a patient's visits from it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from trame.widgets import html
from trame.widgets import vuetify3 as v3

from SpineDCEWidget.browser.disabled_reasons import BUSY, disabled_if
from SpineDCEWidget.shared.archive_search import (
    FETCHING,
    SEARCHING,
    ArchiveSearch,
    configured_nodes,
)


class ArchivePanel:
    """Part of step 1."""

    def __init__(self, station: Any) -> None:
        self._station = station
        self._search = ArchiveSearch()
        station.state.update(
            {
                "pacs_open": False, "pacs": {"nodes": [], "without": "", "rows": [], "said": "",
                                             "chosen": 0},
                "pacs_node": None, "pacs_patient": "", "pacs_first": "", "pacs_last": "",
                "pacs_description": "",
            }
        )  # fmt: skip

    def toggle(self) -> None:
        """Show or hide the search; the configured archives are read again."""
        with self._station.state as state:
            state.pacs_open = not state.pacs_open
            self.refresh()

    async def search(self, node: str, *words: str) -> None:
        """Search an archive.

        Args:
            words: patient, first day, last day and description, as the fields hold them.
        """
        station = self._station
        patient, first, last, description = (str(word or "") for word in words)
        job = self._search.search_job(
            node, patient=patient, first=first, last=last, description=description
        )
        done, studies = await station.jobs.run(SEARCHING, job.run)
        if done:
            job.finish(studies)
        with station.state:
            self.refresh()

    def choose(self, uid: str) -> None:
        """Choose a study to be opened, or no longer."""
        self._search.toggle(uid)
        with self._station.state:
            self.refresh()

    async def open(self) -> None:
        """Fetch the chosen studies, and open them as visits in the order of their dates."""
        station = self._station
        done, folders = await station.jobs.run(FETCHING, self._search.retrieval_job().run)
        if not done:
            return
        names = station.session.free_names(len(folders))
        with station.state as state:
            state.pacs_open = state.adding = False
        await station.study.open(dict(zip(names, folders, strict=True)))

    def refresh(self) -> None:
        """Show the archives, and what was found."""
        state = self._station.state
        if not state.pacs_open:
            return
        nodes, without = configured_nodes()
        rows = self._search.rows(len(self._station.session.visits))
        state.pacs = {
            "nodes": nodes, "without": without, "rows": [asdict(row) for row in rows],
            "said": self._search.summary, "chosen": sum(bool(row.visit) for row in rows),
        }  # fmt: skip
        if state.pacs_node not in nodes:
            state.pacs_node = nodes[0] if nodes else None

    def ui(self) -> None:
        """Build the part."""
        fields = "[pacs_node, pacs_patient, pacs_first, pacs_last, pacs_description]"
        with html.Div(classes="stack", v_if="visits.length < 2 || adding", id="pacs"):
            v3.VBtn(
                "From PACS", size="small", variant="tonal", prepend_icon="mdi-server-network",
                click=self.toggle, id="from-pacs", raw_attrs=[':aria-expanded="pacs_open"'],
                **disabled_if(BUSY, "Search an archive for the visits of a patient"),
            )  # fmt: skip
            with html.Div(v_if="pacs_open", classes="stack card"):
                html.Div("{{ pacs.without }}", v_if="pacs.without", classes="hint", id="no-archive")
                with html.Div(v_if="pacs.nodes.length", classes="stack"):
                    v3.VSelect(
                        v_model=("pacs_node",), items=("pacs.nodes",), label="Archive",
                        density="compact", hide_details=True, variant="outlined", id="pacs-node",
                    )  # fmt: skip
                    self._field("patient", "Patient's ID or part of the name")
                    with html.Div(classes="row"):
                        self._field("first", "From", type="date")
                        self._field("last", "To", type="date")
                    self._field("description", "Part of the study's description")
                    v3.VBtn(
                        "Search", size="small", variant="tonal", id="pacs-search",
                        click=(self._station.as_action(self.search), fields), classes="action",
                        **disabled_if(BUSY, "List the studies in the archive that match"),
                    )  # fmt: skip
                    html.Div("{{ pacs.said }}", classes="hint", v_if="pacs.said", id="pacs-said")
                    self._list()

    @staticmethod
    def _field(name: str, label: str, **more: Any) -> None:
        v3.VTextField(
            v_model=(f"pacs_{name}",), label=label, density="compact", hide_details=True,
            variant="outlined", id=f"pacs-{name}",
            raw_attrs=["@keydown.enter=\"trigger('search_archive', [$event.target.id, "
                       "$event.target.value])\""],
            **more,
        )  # fmt: skip

    async def search_by_key(self, field: str, text: str) -> None:
        """Search after the Enter key in a field, whose text the page may not have sent yet."""
        state = self._station.state
        names = ("patient", "first", "last", "description")
        words = [text if field == f"pacs-{n}" else state[f"pacs_{n}"] for n in names]
        if state.pacs_node is not None:
            await self.search(state.pacs_node, *words)

    def _list(self) -> None:
        with html.Div(classes="stack pacs-list", v_if="pacs.rows.length"), html.Button(
            v_for="s in pacs.rows", key="s.uid", classes="choice pacs-study",
            click=(self.choose, "[s.uid]"), disabled=("busy",),
            title=("s.visit ? 'Do not open this study' : 'Open this study as a visit'",),
            raw_attrs=[':aria-pressed="!!s.visit"'],
        ):  # fmt: skip
            html.B("{{ s.day }}")
            html.Span("{{ s.visit }}", classes="pacs-visit", v_if="s.visit")
            html.Div("{{ s.patient }}")
            html.Div("{{ s.description }}", classes="hint plain")
            html.Div(
                "{{ s.dynamic ? 'May be dynamic: ' + s.dynamic : 'No dynamic series found' }}",
                classes="hint plain",
            )
        v3.VBtn(
            text=("pacs.chosen > 1 ? `Fetch and open ${pacs.chosen} visits` : 'Fetch and open'",),
            size="small", color="primary", id="pacs-open", classes="action",
            v_if="pacs.rows.length", click=self._station.as_action(self.open),
            **disabled_if(
                BUSY | {"!pacs.chosen": "Choose a study in the list first."},
                "Fetch the chosen studies, and open them as visits in the order of their dates",
            ),
        )  # fmt: skip
        self._station.ctrl.trigger("search_archive")(self._station.as_action(self.search_by_key))
