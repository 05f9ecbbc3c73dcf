# Arrow C++ and Parquet as the target costmill_arrow: an installed Arrow (>= 26) where there is one, else the headers and
# libraries of the pinned pyarrow wheel in COSTMILL_PYARROW_DIR (tools/bootstrap puts it into build/venv).
add_library(costmill_arrow INTERFACE)

find_package(Arrow 26 CONFIG QUIET)
find_package(Parquet 26 CONFIG QUIET)
if(Arrow_FOUND AND Parquet_FOUND)
  message(STATUS "Arrow ${Arrow_VERSION}: installed package")
  target_link_libraries(costmill_arrow INTERFACE Arrow::arrow_shared Parquet::parquet_shared)
else()
  if(NOT COSTMILL_PYARROW_DIR AND SKBUILD)  # a wheel is built with the pyarrow of its build environment
    find_package(Python 3.11 REQUIRED COMPONENTS Interpreter)
    execute_process(COMMAND ${Python_EXECUTABLE} -c "import importlib.util as u; print(u.find_spec('pyarrow').submodule_search_locations[0])"
                    OUTPUT_STRIP_TRAILING_WHITESPACE OUTPUT_VARIABLE COSTMILL_PYARROW_DIR COMMAND_ERROR_IS_FATAL ANY)
  endif()
  if(NOT COSTMILL_PYARROW_DIR)
    file(GLOB COSTMILL_PYARROW_DIR ${CMAKE_SOURCE_DIR}/build/venv/lib/python3*/site-packages/pyarrow)
  endif()
  file(GLOB COSTMILL_ARROW_LIBRARY ${COSTMILL_PYARROW_DIR}/libarrow.so.*)
  file(GLOB COSTMILL_PARQUET_LIBRARY ${COSTMILL_PYARROW_DIR}/libparquet.so.*)
  if(NOT COSTMILL_ARROW_LIBRARY OR NOT COSTMILL_PARQUET_LIBRARY)
    message(FATAL_ERROR "No Arrow C++ found: install it (>= 26), or run `make deps`, which puts the pinned pyarrow wheel into build/venv")
  endif()
  message(STATUS "Arrow: pyarrow wheel in ${COSTMILL_PYARROW_DIR}")
  target_include_directories(costmill_arrow SYSTEM INTERFACE ${COSTMILL_PYARROW_DIR}/include)
  # The wheel's libparquet carries and exports an OpenSSL of its own, which would answer the calls of libcurl, libpq and the system's
  # libcrypto itself: whatever is loaded first answers, so the system's comes first.
  find_package(OpenSSL 3 REQUIRED)
  target_link_libraries(costmill_arrow INTERFACE OpenSSL::SSL OpenSSL::Crypto ${COSTMILL_PARQUET_LIBRARY} ${COSTMILL_ARROW_LIBRARY})
  target_link_options(costmill_arrow INTERFACE -Wl,--no-as-needed)
endif()
