"""Kills processes that carry the small world through its chain, and tells what each next one makes of what is left.

What a killed process leaves is what lies on the disk at that moment. So a process that is watched copies the world at
each of its moments, and one run shows what all its deaths would leave; worlds that are alike are lived on only once.
That this is so is seen again and again by killing processes in truth.
Run as a program of its own, because a process must be single-threaded when it forks.
"""

import json
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from mappings.catalog import Catalog
from tests.drills import small_world
from tests.drills.moments import Moments
from tests.drills.what_is_left import Left

KILLS_MAX = 5
REAL_EVERY = 12


def forked(work: Callable[[], None]) -> int:
    """Do the work in a process of its own; answers its exit code, or minus the signal that ended it."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed(folder: Path, at: str | int) -> bool:
    """Carry the world in a process that gets SIGKILL at this moment; whether it came to that."""
    count = 0

    def die(name: str) -> None:
        nonlocal count
        count += 1
        if at in (name, count):
            os.kill(os.getpid(), signal.SIGKILL)

    code = forked(lambda: Moments(die).of(lambda: small_world.carry(folder)))
    if code not in (0, -signal.SIGKILL):
        raise AssertionError(f"killed at {at}: the process ended with {code}")
    return code != 0


@dataclass
class Life:
    """A process that was watched: its moments, each with the state that its death would leave, and its end."""

    moments: list[tuple[str, str]]
    end: str
    wrong: list[str]  # what the store has against itself in the end


@dataclass
class Worlds:
    """Every state that was reached, and the lives that were led from it."""

    root: Path
    lives: dict[str, Life] = field(default_factory=dict)
    ends: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    first: str = ""

    @classmethod
    def new(cls, root: Path) -> "Worlds":
        """Nothing has happened; everything slow has been done once, so that forks begin warm."""
        made = small_world.make(root / "made")
        _warm(small_world.copy(made, root / "warm"))
        worlds = cls(root)
        worlds.first = Left().state(made)
        small_world.copy(made, root / worlds.first)
        return worlds

    def life(self, state: str) -> Life:
        """The life that a process leads from this state on, when nobody kills it."""
        if state not in self.lives:
            self.lives[state] = self._led(state)
        return self.lives[state]

    def end(self, state: str) -> tuple[str, list[str]]:
        """Where a process comes to from this state on; quicker than its whole life."""
        if state not in self.lives and state not in self.ends:
            folder = small_world.copy(self.root / state, self.root / "ending")
            code = forked(lambda: small_world.carry(folder))
            assert code == 0, f"from {state} the process ended with {code}"
            self.ends[state] = (Left().state(folder), small_world.wrong(folder))
            shutil.rmtree(folder)
        life = self.lives.get(state)
        return (life.end, life.wrong) if life else self.ends[state]

    def _led(self, state: str) -> Life:
        folder = small_world.copy(self.root / state, self.root / "living")
        told = self.root / "told"
        code = forked(lambda: self._watched(folder, told))
        assert code == 0, f"from {state} the process ended with {code}"
        moments, end, wrong = json.loads(told.read_text())
        shutil.rmtree(folder)
        return Life([(name, left) for name, left in moments], end, wrong)

    def _watched(self, folder: Path, told: Path) -> None:
        moments: list[tuple[str, str]] = []
        left = Left()

        def watch(name: str) -> None:
            state = left.state(folder)
            if not (self.root / state).exists():
                small_world.copy(folder, self.root / state)
            moments.append((name, state))

        Moments(watch).of(lambda: small_world.carry(folder))
        told.write_text(json.dumps((moments, Left().state(folder), small_world.wrong(folder))))


def _warm(folder: Path) -> None:
    """Everything that is read once and never changes is read before the forks."""
    small_world.carry(folder)
    catalogs: dict[bytes, Catalog] = {}
    load = Catalog.load

    def loaded(partners: Path) -> Catalog:
        said = b"".join(path.read_bytes() for path in sorted(partners.rglob("*.yaml")))
        if said not in catalogs:
            catalogs[said] = load(partners)
        return catalogs[said]

    Catalog.load = loaded  # type: ignore[method-assign,assignment]
    small_world.carry(folder)
    shutil.rmtree(folder)


def singles(worlds: Worlds, every: int) -> Iterator[tuple[list[str], str]]:
    """Each moment of the undisturbed life alone, or the first one of every n-th name: the state that is left."""
    moments = worlds.life(worlds.first).moments
    chosen = [one for one in moments if "#" not in one[0]][::every] if every else moments
    for number, (name, left) in enumerate(chosen):
        if number % REAL_EVERY == 0:
            killed_in_truth(worlds, [name], left)
        yield [name], left


def pairs(worlds: Worlds, _: int) -> Iterator[tuple[list[str], str]]:
    """Each moment of the undisturbed life, and then each moment of the life that follows."""
    for first, left in worlds.life(worlds.first).moments:
        yield from (([first, then], state) for then, state in worlds.life(left).moments)


def runs(worlds: Worlds, count: int) -> Iterator[tuple[list[str], str]]:
    """So many runs by seed, of one to five kills each, anywhere."""
    random = Random(20260314)
    for _ in range(count):
        state, names = worlds.first, list[str]()
        for _ in range(random.randint(1, KILLS_MAX)):
            name, state = random.choice(worlds.life(state).moments)
            names.append(name)
        yield names, state


def real(worlds: Worlds, count: int) -> Iterator[tuple[list[str], str]]:
    """Like ``runs``, and each process is killed in truth."""
    for names, state in runs(worlds, count):
        killed_in_truth(worlds, names, state)
        yield names, state


def killed_in_truth(worlds: Worlds, names: list[str], left: str) -> None:
    """One process after another gets SIGKILL at these moments. AssertionError: they leave another state than this."""
    folder = small_world.copy(worlds.root / worlds.first, worlds.root / "killed")
    for name in names:
        assert killed(folder, name), f"{names}: nobody came to {name}"
    assert Left().state(folder) == left, f"{names}: what SIGKILL leaves is not what was seen"
    shutil.rmtree(folder)


PLANS: dict[str, Callable[[Worlds, int], Iterator[tuple[list[str], str]]]] = {
    "singles": singles,
    "pairs": pairs,
    "runs": runs,
    "real": real,
}


def main(root: Path, plans: Sequence[str]) -> None:
    """Carry out plans, each a name and a number as in "runs:100"; the last line tells in JSON how they went."""
    worlds = Worlds.new(root)
    whole = worlds.life(worlds.first)
    told: dict[str, Any] = {
        "moments": len(whole.moments),
        "names": len({name.partition(" #")[0] for name, _ in whole.moments}),
    }
    for plan, _, count in (one.partition(":") for one in plans):
        told[plan] = carried_out(worlds, PLANS[plan](worlds, int(count)))
        print(plan, told[plan], f"processor seconds: {sum(os.times()[:4]):.0f}", file=sys.stderr, flush=True)
    print(json.dumps(told))


def carried_out(worlds: Worlds, plan: Iterator[tuple[list[str], str]]) -> dict[str, Any]:
    """How many ends a plan came to, in how many states by now, and those that differ from the undisturbed one."""
    whole = worlds.life(worlds.first)
    ends, other = 0, list[Any]()
    for names, state in plan:
        ends += 1
        end, wrong = worlds.end(state)
        if end != whole.end or wrong:
            other.append((names, wrong))
    return {"ends": ends, "states": len(worlds.lives.keys() | worlds.ends.keys()), "other": other[:20]}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
