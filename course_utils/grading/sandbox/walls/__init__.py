"""The ways to wall in a program, one a file, each with everything that is special about it.

What runs within a wall, and how to talk to it, do not belong here; no other part of the grader asks
which wall it is.
"""

from course_utils.grading.sandbox.walls.bubblewrap import Bubblewrap
from course_utils.grading.sandbox.walls.container import Container
from course_utils.grading.sandbox.walls.landlock import Landlock
from course_utils.grading.sandbox.walls.trusted import Trusted
from course_utils.grading.sandbox.walls.wall import Wall

# By name, the best first.
WALLS: dict[str, type[Wall]] = {
    wall.kind: wall for wall in (Bubblewrap, Landlock, Container, Trusted)
}
KINDS = tuple(kind for kind, wall in WALLS.items() if wall.confines)
