# Tests of the whole program. They need only the Python of build/venv.
set(costmill_python ${CMAKE_SOURCE_DIR}/build/venv/bin/python)
set(costmill_tools ${CMAKE_CURRENT_SOURCE_DIR}/tools)

# The golden suite under many configurations; and the CSV is the same bytes over all of them.
add_test(NAME golden.all_configurations
  COMMAND ${costmill_python} ${costmill_tools}/golden_configurations.py --bin $<TARGET_FILE:costmill_cli>)
# Random clusters: the same bytes whatever the files' form and the run's settings, and equal to an independent implementation.
add_test(NAME golden.random_clusters
  COMMAND ${costmill_python} ${costmill_tools}/property_test.py --bin $<TARGET_FILE:costmill_cli> --cases 120)
# Damaged copies of a golden case: exit codes, messages, and which days are in the sink afterwards.
add_test(NAME golden.bad_input
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/bad_input_test.py --bin $<TARGET_FILE:costmill_cli>)
set_tests_properties(golden.all_configurations golden.random_clusters golden.bad_input PROPERTIES LABELS golden TIMEOUT 900)

# PostgreSQL: each test has a server of its own, on a port of its own.
add_test(NAME integration.postgres_sink
  COMMAND ${costmill_python} ${costmill_tools}/with_postgres.py $<TARGET_FILE:postgres_sink_tests> --gtest_brief=1)
set_tests_properties(integration.postgres_sink PROPERTIES LABELS integration TIMEOUT 300)
add_test(NAME golden.postgres
  COMMAND ${costmill_python} ${costmill_tools}/check_golden_postgres.py --bin $<TARGET_FILE:costmill_cli>)
set_tests_properties(golden.postgres PROPERTIES LABELS "golden;integration" TIMEOUT 300)
foreach(idea visibility crash refusal tenant secrets)
  add_test(NAME integration.postgres_${idea}
    COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/postgres_${idea}_test.py --bin $<TARGET_FILE:costmill_cli>)
  set_tests_properties(integration.postgres_${idea} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()

# The independent implementation itself, against the golden cases.
add_test(NAME golden.rules_oracle COMMAND ${costmill_python} ${costmill_tools}/rules_oracle_test.py)
set_tests_properties(golden.rules_oracle PROPERTIES LABELS golden TIMEOUT 300)

# Every mutation still finds its text, every rule has one, every test that docs/rules.md names exists.
add_test(NAME unit.mutations_check COMMAND ${costmill_python} ${CMAKE_SOURCE_DIR}/tests/mutation/mutate.py --check)
set_tests_properties(unit.mutations_check PROPERTIES LABELS unit)
# Every fault that docs/reliability.md lists has a test that is there and is run.
add_test(NAME unit.reliability_page COMMAND ${costmill_python} ${costmill_tools}/reliability_test.py)
set_tests_properties(unit.reliability_page PROPERTIES LABELS unit)

# The check of hardened binaries finds each protection that one lacks.
add_test(NAME integration.hardening COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/hardening_test.py
  --compiler ${CMAKE_CXX_COMPILER})
set_tests_properties(integration.hardening PROPERTIES LABELS integration TIMEOUT 120)

# What prepares and examines a database, and keeps its node tables, against a server of its own.
foreach(subcommand init_db doctor update_nodes)
  add_test(NAME postgres.${subcommand}
    COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/${subcommand}_test.py --bin $<TARGET_FILE:costmill_cli>)
  set_tests_properties(postgres.${subcommand} PROPERTIES LABELS pg TIMEOUT 300)
endforeach()

# Signs of bad data: warned with counts, refused under --strict. And how many silent one-bit flips they see; `make soak` takes more.
add_test(NAME integration.sanity
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/sanity_test.py --bin $<TARGET_FILE:costmill_cli>)
add_test(NAME integration.flip_rate COMMAND ${costmill_python} ${costmill_tools}/flip_rate.py --bin $<TARGET_FILE:costmill_cli> --flips 25)
set_tests_properties(integration.sanity integration.flip_rate PROPERTIES LABELS integration TIMEOUT 300)

# S3: a server that misbehaves as told, and real ones, each on a port of its own.
foreach(idea faults settings servers)
  add_test(NAME integration.s3_${idea}
    COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/s3_${idea}_test.py --bin $<TARGET_FILE:costmill_cli>)
  set_tests_properties(integration.s3_${idea} PROPERTIES LABELS integration TIMEOUT 600)
endforeach()

# What a terminal gets and a pipe does not.
add_test(NAME integration.terminal
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/terminal_test.py --bin $<TARGET_FILE:costmill_cli>)
set_tests_properties(integration.terminal PROPERTIES LABELS integration TIMEOUT 120)

# Names, texts, files, secrets and surroundings that are not trusted.
foreach(idea hostile_texts hostile_files secrets surroundings)
  add_test(NAME integration.${idea}
    COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/${idea}_test.py --bin $<TARGET_FILE:costmill_cli>)
  set_tests_properties(integration.${idea} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()

# The report, in a browser.
add_test(NAME integration.report
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/report_test.py --bin $<TARGET_FILE:costmill_cli>)
set_tests_properties(integration.report PROPERTIES LABELS integration TIMEOUT 300)
# What people watch: metrics and logs; dashboards and alerts, which promtool and a PostgreSQL read.
foreach(idea metrics dashboards)
  add_test(NAME integration.${idea}
    COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/${idea}_test.py --bin $<TARGET_FILE:costmill_cli>)
  set_tests_properties(integration.${idea} PROPERTIES LABELS integration TIMEOUT 300)
endforeach()

# Incremental runs: what asks for work; what watches, verifies and prunes; runs that are killed, stopped, or meet. `make soak` has more.
foreach(idea incremental verify watch concurrent_runs)
  add_test(NAME integration.${idea}
    COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/${idea}_test.py --bin $<TARGET_FILE:costmill_cli>)
  set_tests_properties(integration.${idea} PROPERTIES LABELS integration TIMEOUT 600)
endforeach()
add_test(NAME integration.crash_points
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/crash_points_test.py --bin $<TARGET_FILE:costmill_cli>
          --preload $<TARGET_FILE:crash_at_call> --stride 6)
add_test(NAME integration.histories
  COMMAND ${costmill_python} ${costmill_tools}/history_test.py --bin $<TARGET_FILE:costmill_cli> --cases 10)
add_test(NAME integration.kills
  COMMAND ${costmill_python} ${costmill_tools}/kill_test.py --bin $<TARGET_FILE:costmill_cli> --kills 16)
add_test(NAME integration.dask_faults
  COMMAND ${costmill_python} ${costmill_tools}/dask_faults.py --bin $<TARGET_FILE:costmill_cli> --preload $<TARGET_FILE:crash_at_call> --runs 4)
set_tests_properties(integration.crash_points integration.histories integration.kills integration.dask_faults PROPERTIES LABELS integration TIMEOUT 600)

# Parquet that is not to be trusted: truncations and flipped bits; files of other writers; files made to unfold. `make soak` has more.
add_test(NAME integration.damage_campaign
  COMMAND ${costmill_python} ${costmill_tools}/damage_campaign.py --bin $<TARGET_FILE:costmill_cli>)
add_test(NAME integration.parquet_testing
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/parquet_testing_test.py --bin $<TARGET_FILE:costmill_cli>
          --scan-file $<TARGET_FILE:scan_file>)
add_test(NAME integration.parquet_bombs
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/parquet_bombs_test.py --bin $<TARGET_FILE:costmill_cli>
          --scan-file $<TARGET_FILE:scan_file>)
set_tests_properties(integration.damage_campaign integration.parquet_testing integration.parquet_bombs PROPERTIES LABELS integration TIMEOUT 300)

# Memory: what a limit keeps a run within, and a run whose n-th allocation fails. `make soak` has every n, and containers.
add_test(NAME integration.memory_limit
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/memory_limit_test.py --bin $<TARGET_FILE:costmill_cli>)
add_test(NAME integration.failing_allocations COMMAND failing_allocations --gtest_brief=1)
set_tests_properties(integration.memory_limit integration.failing_allocations PROPERTIES LABELS integration TIMEOUT 600)
set_tests_properties(integration.failing_allocations PROPERTIES ENVIRONMENT COSTMILL_ALLOCATION_STRIDE=89)

# The benchmarks, over tiny data; not what needs the peers. They drive tools that lie beside the program.
add_test(NAME bench.quick
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/bench_test.py --bin $<TARGET_FILE:costmill_cli>)
set_tests_properties(bench.quick PROPERTIES LABELS bench TIMEOUT 600)

# The Python package out of the build tree: its tests and the examples of its docstrings and of docs/python.md. What hangs says where.
function(costmill_package_tests name)
  add_test(NAME ${name}
    COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${CMAKE_BINARY_DIR}/python ${costmill_python} -m pytest -q -p no:cacheprovider
            -o faulthandler_timeout=200 --bin $<TARGET_FILE:costmill_cli> ${ARGN})
endfunction()
costmill_package_tests(python.dask ${CMAKE_CURRENT_SOURCE_DIR}/python/test_dask.py)
costmill_package_tests(python.package --ignore=${CMAKE_CURRENT_SOURCE_DIR}/python/test_dask.py ${CMAKE_CURRENT_SOURCE_DIR}/python)
# The notebook, run from its first cell to its last.
add_test(NAME python.notebook
  COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${CMAKE_BINARY_DIR}/python ${costmill_python} ${costmill_tools}/run_notebooks.py
          --bin $<TARGET_FILE:costmill_cli> ${CMAKE_SOURCE_DIR}/examples/sample_month.ipynb)
set_tests_properties(python.dask python.package python.notebook PROPERTIES LABELS python TIMEOUT 600)
