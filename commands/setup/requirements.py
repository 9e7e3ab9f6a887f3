"""What each job needs installed, and how each system calls that."""

from __future__ import annotations

# The system packages of each job: (package, sign, why it is needed). The sign tells whether the
# package is there: a library's file name, a program's commands (one of them is enough), a module
# to import or a Homebrew formula.
#
# The jobs: "unprinted" reads, checks and builds without the PDF, "build" is any build, "release"
# also proves with the real Anki, "test" needs all that the tests use.
# The one Debian package that is not installed, because it would start a server on port 80, now and
# at each start of the machine: its program is unpacked into .venv.
UNPACKED = "nginx"
# Of these, Ubuntu has none, or only a wrapper that needs snapd.
NOT_ON_UBUNTU = ("chromium", "firefox-esr")
_VENV = ("python3-venv", "module:ensurepip", "virtual environments")
DEBIAN = {
    "unprinted": (_VENV,),
    "build": (
        _VENV,
        ("libpango-1.0-0", "library:libpango-1.0.so.0", "setting the PDF's text"),
        ("libpangoft2-1.0-0", "library:libpangoft2-1.0.so.0", "setting the PDF's text"),
        ("libharfbuzz-subset0", "library:libharfbuzz-subset.so.0", "small fonts in the PDF"),
    ),
    "test": (
        ("chromium", "program:chromium chromium-browser google-chrome", "testing the page"),
        ("firefox-esr", "program:firefox-esr", "testing the page in Firefox"),
        ("libatomic1", "library:libatomic.so.1", "driving Chromium"),
        ("poppler-utils", "program:pdftotext", "reading the PDF back"),
        ("qpdf", "program:qpdf", "checking the PDF"),
        ("mupdf-tools", "program:mutool", "checking the PDF"),
        (UNPACKED, "program:nginx", "running the deck's examples"),
        ("default-jre-headless", "program:java", "validating the page"),
    ),
}
HOMEBREW = {
    "unprinted": (),
    "build": (("pango", "formula:pango", "setting the PDF's text"),),
    "test": (
        ("chromium", "program:chromium google-chrome", "testing the page"),
        ("poppler", "program:pdftotext", "reading the PDF back"),
        ("qpdf", "program:qpdf", "checking the PDF"),
        ("mupdf-tools", "program:mutool", "checking the PDF"),
        ("nginx", "program:nginx", "running the deck's examples"),
        # By formula: every Mac has a program `java`, which may only say that there is no Java.
        ("openjdk", "formula:openjdk", "validating the page"),
    ),
}
# The command to run, for systems on which set-up installs no packages itself.
ELSEWHERE = {
    "fedora": "sudo dnf install python3 pango",
    "rhel": "sudo dnf install python3.11 pango",
    "arch": "sudo pacman -S python pango",
    "alpine": "sudo apk add python3 py3-pip pango",
    "suse": "sudo zypper install python311 libpango-1_0-0",
    "windows": "pacman -S mingw-w64-ucrt-x86_64-pango   (in an MSYS2 terminal)",
}
# Whose system packages each job needs.
SYSTEM = {
    "unprinted": ("unprinted",),
    "build": ("build",),
    "release": ("build",),
    "test": ("build", "test"),
}
# The lock file with the Python packages of each job.
LOCKS = {
    "unprinted": "requirements.lock",
    "build": "requirements.lock",
    "release": "requirements-release.lock",
    "test": "requirements-test.lock",
}
# What is set up for a job also serves these jobs.
SERVES = {
    "build": ("unprinted",),
    "release": ("unprinted", "build"),
    "test": ("unprinted", "build", "release"),
}
# The commands that need another job than a build does.
TESTING = ("prove", "test")
RELEASING = ("assets", "release", "verify-upgrade")
UNPRINTED = ("check", "clean", "diff", "import", "new", "publish", "push", "serve", "verify")
# Options with which these print, too.
PRINTING = ("--pdf", "--rebuild")
