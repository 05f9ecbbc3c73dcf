# Tests of the whole program. They need only the Python of build/venv.
set(costmill_python ${CMAKE_SOURCE_DIR}/build/venv/bin/python)
set(costmill_tools ${CMAKE_CURRENT_SOURCE_DIR}/tools)

# The golden suite under many configurations; and the CSV is the same bytes over all of them.
add_test(NAME golden.all_configurations
  COMMAND ${costmill_python} ${costmill_tools}/golden_configurations.py --bin $<TARGET_FILE:costmill_cli>)
# Random clusters: the same bytes whatever the files' form and the run's settings, and equal to an independent implementation.
add_test(NAME golden.random_clusters
  COMMAND ${costmill_python} ${costmill_tools}/property_test.py --bin $<TARGET_FILE:costmill_cli> --cases 200)
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

# What prepares and examines a database, and keeps its node tables, against a server of its own.
foreach(subcommand init_db doctor update_nodes)
  add_test(NAME postgres.${subcommand}
    COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/${subcommand}_test.py --bin $<TARGET_FILE:costmill_cli>)
  set_tests_properties(postgres.${subcommand} PROPERTIES LABELS pg TIMEOUT 300)
endforeach()

# The benchmarks, over tiny data; not what needs the peers. They drive tools that lie beside the program.
add_test(NAME bench.quick
  COMMAND ${costmill_python} ${CMAKE_CURRENT_SOURCE_DIR}/integration/bench_test.py --bin $<TARGET_FILE:costmill_cli>)
set_tests_properties(bench.quick PROPERTIES LABELS bench TIMEOUT 600)
