"""Tables in Markdown."""
from measure import median


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def seconds(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def cpu(runs):
    return seconds(median(runs, "cpu"))


def wall(runs):
    return seconds(median(runs, "wall"))


def peak(runs):
    return f"{median(runs, 'peak'):.0f}"


def figures(runs):
    """The three cells: CPU s, wall s, peak MiB."""
    return [cpu(runs), wall(runs), peak(runs)]


def number(rows):
    """10000000 -> 10M."""
    for unit, letter in ((1_000_000, "M"), (1_000, "K")):
        if rows >= unit:
            return f"{rows / unit:g}{letter}"
    return str(rows)


def rounded(value):
    """Figures, also those in dictionaries, to four digits: what is kept of a measurement."""
    if isinstance(value, dict):
        return {name: rounded(entry) for name, entry in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value
