"""What a class did, gathered from its records one at a time."""

import inspect
import re
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from course_utils.exercises.registry import catalog
from course_utils.grading.assignment import ExerciseAsked
from course_utils.grading.records.records import Record, Run
from course_utils.grading.reports.code_facts import Remark, read_answer, read_remarks
from course_utils.grading.reports.handed_out import is_handed_out

BARS = 10  # in the distribution of scores
MOST_EXAMPLES = 3  # of code for a mistake
MOST_LINES = 40  # of an example
SMALLEST_ALIKE = 60  # tokens; shorter answers are the same by chance
COMMON = 0.5  # share of the class above which a remark is about what was handed out


@dataclass(frozen=True)
class Row:
    """One student in the tables."""

    file_name: str
    student: str
    status: str
    detail: str
    score: float | None
    late: bool | None
    submitted: str
    unsettled: tuple[tuple[str, str, str], ...]  # (exercise's id, status, detail)
    warnings: tuple[str, ...]
    earlier: int


@dataclass
class Mistake:
    """A misconception, or a failure without a name, with code that shows it."""

    id: str
    name: str
    hint: str
    count: int = 0
    examples: dict[str, tuple[str, int]] = field(default_factory=dict)  # shape: (code, how many)

    def add(self, shape: str, code: str) -> None:
        self.count += 1
        if shape in self.examples:
            code, count = self.examples[shape]
            self.examples[shape] = (code, count + 1)
        elif code:
            self.examples[shape] = (code, 1)

    @property
    def shown(self) -> list[tuple[str, int]]:
        """The most frequent ways to write it."""
        return sorted(self.examples.values(), key=lambda one: -one[1])[:MOST_EXAMPLES]


@dataclass
class ExerciseSummary:
    """How the class did in one exercise."""

    asked: ExerciseAsked
    passed: int = 0
    failed: int = 0
    missing: int = 0
    unsettled: Counter = field(default_factory=Counter)  # of statuses
    misconceptions: dict[str, Mistake] = field(default_factory=dict)
    others: dict[str, Mistake] = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """The share of the graded answers that are right."""
        graded = self.passed + self.failed
        return self.passed / graded if graded else None


@dataclass(frozen=True)
class Alike:
    """Students whose answers to an exercise are the same except for names and layout."""

    exercise: ExerciseAsked
    students: tuple[str, ...]
    size: int
    of: int  # answers to this exercise
    to_the_letter: bool
    model_solution: bool


@dataclass(frozen=True)
class Bar:
    """Scores from `low` to below `high`; the last bar includes its `high`."""

    low: float
    high: float
    count: int


class ClassSummary:
    """Counts and examples; memory grows with what is shown, not with the submissions' code."""

    def __init__(self, run: Run):
        self.run = run
        self.rows: list[Row] = []
        self.exercises = {asked.id: ExerciseSummary(asked) for asked in run.exercises}
        # (page, exercise's title, function of course_utils.reference that the answer called)
        self.reference_calls: list[tuple[str, str, str]] = []
        self.damaged: list[tuple[str, str]] = []  # (student, what is wrong with the record)
        self._shapes: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._sizes: dict[str, int] = {}
        self._remarks: dict[str, dict[str, list[Remark]]] = defaultdict(lambda: defaultdict(list))

    def add(self, record: Record) -> None:
        """Count one submission."""
        self.rows.append(
            Row(
                file_name=record.file_name,
                student=record.student.name,
                status=record.status,
                detail=record.detail,
                score=None if record.unsettled else record.earned,
                late=record.late,
                submitted=record.submitted,
                unsettled=tuple((e.exercise_id, e.status, e.detail) for e in record.unsettled),
                warnings=record.warnings,
                earlier=len(record.earlier),
            )
        )
        for result in record.exercises:
            if result.exercise_id in self.exercises:
                self._add_answer(record, result)
        own = [cell for cell in record.cells if not is_handed_out(cell.source)]
        for remark in read_remarks([cell.source for cell in own]):
            cell = own[remark.cell]
            file = cell.file if record.several_files else ""
            placed = Remark(cell.number, remark.line, remark.text, file)
            self._remarks[remark.text][record.file_name].append(placed)

    def _add_answer(self, record: Record, result) -> None:
        summary = self.exercises[result.exercise_id]
        if result.status == "missing":
            summary.missing += 1
            return
        answer = None
        cell = result.counts if result.counts is not None else max(result.defined_in, default=None)
        if cell is not None:
            answer = read_answer(record.cells[cell].source, result.exercise_id)
        shape, code = (answer.shape, _shortened(answer.source)) if answer else ("", "")
        if answer:
            self._shapes[result.exercise_id][shape].append((record.file_name, answer.text))
            self._sizes[shape] = answer.size
        if result.status != "graded":
            summary.unsettled[result.status] += 1
            return
        report = result.report
        if report.passed:
            summary.passed += 1
            return
        summary.failed += 1
        called = re.match(r"It calls course_utils\.reference\.(\w+)", report.message)
        if called:
            self.reference_calls.append((record.file_name, report.title, called[1]))
        if report.misconception:
            kind, key = summary.misconceptions, report.misconception
            mistake = Mistake(key, report.diagnosis, report.hint)
        else:
            kind, key = summary.others, _kind_of_failure(report.message)
            mistake = Mistake(key, key, "")
        kind.setdefault(key, mistake).add(shape, code)

    # What the class page shows

    @property
    def names(self) -> dict[str, str]:
        """The students' names by the names of their pages."""
        return {row.file_name: row.student for row in self.rows}

    @property
    def statuses(self) -> Counter:
        """How many submissions have each status; "unsettled" ones are counted separately."""
        return Counter("unsettled" if row.unsettled else row.status for row in self.rows)

    @property
    def scores(self) -> list[float]:
        """The known totals, in ascending order."""
        return sorted(row.score for row in self.rows if row.score is not None)

    @property
    def has_bonus(self) -> bool:
        """Whether bonus exercises allow more points than the maximum."""
        return any(one.bonus for one in self.run.exercises)

    @property
    def quartiles(self) -> tuple[float, float, float] | None:
        """Lower quartile, median and upper quartile of the scores; None for fewer than two."""
        if len(self.scores) < 2:
            return None
        return tuple(statistics.quantiles(self.scores, n=4, method="inclusive"))

    @property
    def bars(self) -> list[Bar]:
        """The distribution of the scores, in tenths of the maximum."""
        highest = self.run.max_score or 1
        edges = [highest * i / BARS for i in range(BARS + 1)]
        counts = Counter(min(int(score / highest * BARS + 1e-9), BARS - 1) for score in self.scores)
        return [Bar(edges[i], edges[i + 1], counts[i]) for i in range(BARS)]

    @property
    def misconceptions(self) -> list[tuple[ExerciseSummary, Mistake]]:
        """All recognized mistakes, the most frequent first."""
        found = [
            (summary, mistake)
            for summary in self.exercises.values()
            for mistake in summary.misconceptions.values()
        ]
        return sorted(found, key=lambda one: -one[1].count)

    @property
    def other_failures(self) -> list[tuple[ExerciseSummary, Mistake]]:
        """Failures without a name that more than one student has, the most frequent first."""
        found = [
            (summary, mistake)
            for summary in self.exercises.values()
            for mistake in summary.others.values()
            if mistake.count > 1
        ]
        return sorted(found, key=lambda one: -one[1].count)[:20]

    @property
    def alike(self) -> list[Alike]:
        """Long answers that several students share, or that are the model solution."""
        models = _model_solutions()
        found = []
        for id, shapes in self._shapes.items():
            of = sum(map(len, shapes.values()))
            for shape, members in shapes.items():
                model = models.get(id) == shape
                if self._sizes[shape] < SMALLEST_ALIKE or not (len(members) > 1 or model):
                    continue
                texts = {text for _, text in members}
                found.append(
                    Alike(
                        exercise=self.exercises[id].asked,
                        students=tuple(sorted(name for name, _ in members)),
                        size=self._sizes[shape],
                        of=of,
                        to_the_letter=len(texts) == 1 and len(members) > 1,
                        model_solution=model,
                    )
                )
        return sorted(found, key=lambda one: (len(one.students) == 1, -one.size, one.students))

    @property
    def remarks(self) -> list[tuple[str, dict[str, list[Remark]]]]:
        """What code does beyond an answer, by student, the rarest first.

        The course's own cells are left out, and so is what most of the class does: that comes from
        a notebook that was handed out.
        """
        many = max(2, COMMON * len(self.rows))
        rare = [(text, who) for text, who in self._remarks.items() if len(who) <= many]
        return sorted(rare, key=lambda one: (len(one[1]), one[0]))

    @property
    def warnings(self) -> list[Row]:
        """Students whose files have something worth knowing about them."""
        return [row for row in self.rows if row.warnings or row.earlier]


def _kind_of_failure(message: str) -> str:
    """The message without what differs from student to student."""
    return re.sub(r"\d+", "n", re.split(r" \(|: ", message, maxsplit=1)[0])[:120]


def _shortened(code: str) -> str:
    lines = code.splitlines()
    if len(lines) <= MOST_LINES:
        return code
    return "\n".join([*lines[:MOST_LINES], f"... ({len(lines) - MOST_LINES} more lines)"])


def _model_solutions() -> dict[str, str]:
    return {
        exercise.id: read_answer(inspect.getsource(exercise.reference), exercise.id).shape
        for exercise in catalog()
    }
