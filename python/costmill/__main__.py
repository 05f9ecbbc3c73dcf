"""The command line: the program that lies in this package, in place of this process."""
import os
import sys
from pathlib import Path


def main() -> None:
    program = Path(__file__).parent / "bin" / "costmill"
    os.environ["COSTMILL_PYTHON"] = sys.executable
    os.execv(program, ["costmill", *sys.argv[1:]])


if __name__ == "__main__":
    main()
