"""The golden cases through Python: the dump of the command line, and what the reference engine wrote."""
import json
import random
import subprocess
import tempfile
from pathlib import Path

import pytest

import check_golden
import costmill
from canonical_dump import dump_in, dump_of

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CASES = sorted(path for path in GOLDEN.iterdir() if (path / "params.json").exists())


def parameters_of(case):
    return json.loads((case / "params.json").read_text())


def arguments_of(case):
    p = parameters_of(case)
    return {"reference": f"csv:{case / 'tables'}", "start": p["start_date"], "end": p["end_date"], "cluster": p["source"],
            "organization": {"org_id": p.get("account", "org1234567")},
            "ocp": {"provider_uuid": p["source"], "cluster_id": p["cluster_id"], "cluster_alias": p["cluster_alias"],
                    "report_period_id": p["report_period_id"]}}


def dump_of_program(program, case):
    with tempfile.TemporaryDirectory() as folder:
        command = check_golden.command_of(program, case, Path(folder), f"csv:{folder}/out", f"csv:{case / 'tables'}", [])
        subprocess.run(command, check=True, capture_output=True)
        return dump_in(Path(folder) / "out")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_summarize_gives_the_dump_of_the_command_line(case, program):
    if "reference_error" in parameters_of(case):
        with pytest.raises(costmill.errors.BadInputError) as refused:
            costmill.summarize(f"file:{case / 'input'}", **arguments_of(case))
        assert refused.value.day and refused.value.file
        return
    assert dump_of(costmill.summarize(f"file:{case / 'input'}", **arguments_of(case))) == dump_of_program(program, case)


@pytest.mark.parametrize("case", [case for case in CASES if "reference_error" not in parameters_of(case)], ids=lambda case: case.name)
def test_batches_in_random_order_give_the_dump_of_the_command_line(case, program):
    arguments = arguments_of(case)
    order = random.Random(case.name)
    batches = [batch for table in costmill.TABLES
               for batch in costmill.scan(table, f"file:{case / 'input'}", chunk_size=order.randint(1, 50),
                                          **{key: value for key, value in arguments.items() if key != "reference"})]
    order.shuffle(batches)
    summarizer = costmill.Summarizer(**arguments)
    for batch in batches:
        summarizer.add(batch)
    assert dump_of(summarizer.finish()) == dump_of_program(program, case)
