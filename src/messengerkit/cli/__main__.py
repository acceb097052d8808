"""Floor 9: `python -m messengerkit.cli`: the same as `messengerkit`."""

from . import main

if __name__ == "__main__":
    main()
