"""Commands that run or pull a container image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cudamig.hosts.shell import Command
from cudamig.model import Span
from cudamig.nodes import ImageRef
from cudamig.text import Text

KEY = "command"  # of the images that commands run or pull

TOOLS = frozenset("docker podman nerdctl nvidia-docker".split())
_VERBS = frozenset("run pull create".split())
_WITH_VALUE = frozenset(
    "-a --add-host --annotation --attach --blkio-weight --cap-add --cap-drop --cgroup-parent --cgroupns --cidfile "
    "-c --cpu-period --cpu-quota --cpu-shares --cpus --cpuset-cpus --cpuset-mems --device --device-cgroup-rule "
    "--dns --dns-option --dns-search --domainname --entrypoint -e --env --env-file --expose --gpus --group-add "
    "-h --hostname --ip --ip6 --ipc --isolation -l --label --label-file --link --log-driver --log-opt "
    "--mac-address -m --memory --memory-reservation --memory-swap --mount --name --network --net --pid "
    "--pids-limit --platform -p --publish --pull --restart --runtime --security-opt --shm-size --stop-signal "
    "--stop-timeout --storage-opt --sysctl --tmpfs --ulimit -u --user --userns --uts -v --volume "
    "--volume-driver --volumes-from -w --workdir".split()
)


def image(command: Command) -> Text | None:
    """The image that a command runs or pulls, or None."""
    for word in command.words:
        if word.value.startswith("docker://"):
            return word.text[len("docker://") :]
    values = [word.value for word in command.words]
    verb = next((i for i, value in enumerate(values[1:3], 1) if value in _VERBS), 0)
    if command.name not in TOOLS or not verb:
        return None
    position = verb + 1
    while position < len(values) and values[position].startswith("-"):
        position += 2 if values[position] in _WITH_VALUE else 1
    return command.words[position].text if position < len(values) else None


def images(found: Iterable[Command], whole: Span, stage: int = 0) -> Iterator[ImageRef]:
    """The images that commands run or pull; ``whole`` is where an image stands that has no place of its own."""
    for command in found:
        text = image(command)
        if text:
            yield ImageRef(text, text.stretch() or whole, stage, key=KEY)
