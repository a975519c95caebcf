"""Tables of counts that are shown to somebody: small counts hidden, the rest rounded."""

from collections.abc import Iterator, Sequence

LEAST_FEWEST = 5
_ROWS_OUT, _COLUMNS_OUT = ("total", 0), ("total", 1)
Cell = tuple[int, int]
Node = tuple[str, int]


def suppress(
    rows: Sequence[Sequence[int]], *, fewest: int = 10, step: int = 5
) -> list[list[int | None]]:
    """
    Return a table in which no small count can be read or worked out; None is a hidden cell.

    Cells under ``fewest`` are hidden, zero as well. Where a total less the shown cells would
    give one away (a single hidden cell in a row or column, several that make less than
    ``fewest`` together, or one that only a single value fits), the next smallest is hidden,
    too, until nothing gives way. What is shown is rounded to ``step``. The caller may print the
    totals of rows and columns with two cells or more, and of the whole; none under ``fewest``.

    :raises ValueError: if ``fewest`` is under 5, ``step`` under 1, a count negative, or a row
        longer than another.
    """
    if fewest < LEAST_FEWEST or step < 1:
        raise ValueError("nothing under 5 is ever shown, and a step is 1 at least")
    if len({len(row) for row in rows}) > 1 or any(count < 0 for row in rows for count in row):
        raise ValueError("a table of counts has rows of one length and nothing negative")
    table = _Table(rows, fewest)
    while table.hide_one_more():
        pass
    return [
        [
            None if (i, j) in table.hidden else (count + step // 2) // step * step
            for j, count in enumerate(row)
        ]
        for i, row in enumerate(rows)
    ]


class _Table:
    """A table on its way: its counts, and which of them are hidden so far."""

    def __init__(self, rows: Sequence[Sequence[int]], fewest: int) -> None:
        self.fewest = fewest
        self.counts: dict[Cell, int] = {
            (i, j): count for i, row in enumerate(rows) for j, count in enumerate(row)
        }
        self.hidden = {cell for cell, count in self.counts.items() if count < fewest}
        width = len(rows[0]) if rows else 0
        across = [[(i, j) for j in range(width)] for i in range(len(rows))]
        down = [[(i, j) for i in range(len(rows))] for j in range(width)]
        self.lines = [line for line in (*across, *down) if len(line) > 1]
        self.untold = self._untold("row", across) | self._untold("column", down)

    def hide_one_more(self) -> bool:
        """Hide the next cell that protects another; return whether there was one."""
        for line in self._that_give_way():
            shown = [cell for cell in line if cell not in self.hidden]
            if shown:
                self.hidden.add(min(shown, key=lambda cell: (self.counts[cell], cell)))
                return True
        return False

    def _that_give_way(self) -> Iterator[list[Cell]]:
        for line in self.lines:
            covered = [cell for cell in line if cell in self.hidden]
            together = sum(self.counts[cell] for cell in covered)
            if len(covered) == 1 or (covered and together < self.fewest):
                yield line
        for cell in sorted(self.hidden):
            if not self._could_be_another(cell):
                yield [other for line in self.lines if cell in line for other in line]
                yield list(self.counts)

    def _could_be_another(self, cell: Cell) -> bool:
        """
        Say whether other counts in hidden cells give the same totals with another one here.

        One more here has to be one less elsewhere in its row and column, and so on: a circle
        through hidden cells that comes back to the other side of this one.
        """
        row, column = ("row", cell[0]), ("column", cell[1])
        return self._leads(column, row, without=cell) or (
            self.counts[cell] > 0 and self._leads(row, column, without=cell)
        )

    def _leads(self, start: Node, goal: Node, *, without: Cell) -> bool:
        seen, open_ends = {start}, [start]
        while open_ends:
            here = open_ends.pop()
            if here == goal:
                return True
            new = set(self._next_to(here, without)) - seen
            seen |= new
            open_ends += new
        return False

    def _next_to(self, here: Node, without: Cell) -> Iterator[Node]:
        """Yield where a change goes on: one more from a row to a column, one less back."""
        if here in (_ROWS_OUT, _COLUMNS_OUT):
            side = "row" if here == _ROWS_OUT else "column"
            yield from (node for node in self.untold if node[0] == side)
            return
        if here in self.untold:
            yield _ROWS_OUT if here[0] == "row" else _COLUMNS_OUT
        for cell in self.hidden - {without}:
            row, column = ("row", cell[0]), ("column", cell[1])
            if here == row:
                yield column
            elif here == column and self.counts[cell] > 0:
                yield row

    def _untold(self, side: str, lines: Sequence[Sequence[Cell]]) -> set[Node]:
        """Return the rows or columns whose total is not shown to anybody."""
        return {
            (side, number)
            for number, line in enumerate(lines)
            if len(line) < 2 or sum(self.counts[cell] for cell in line) < self.fewest
        }
