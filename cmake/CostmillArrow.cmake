# Arrow C++ and Parquet as the target costmill_arrow: an installed Arrow (>= 26) where there is one, else the headers and
# libraries of the pinned pyarrow wheel in COSTMILL_PYARROW_DIR (tools/bootstrap puts it into build/venv).
add_library(costmill_arrow INTERFACE)

find_package(Arrow 26 CONFIG QUIET)
find_package(Parquet 26 CONFIG QUIET)
if(Arrow_FOUND AND Parquet_FOUND)
  message(STATUS "Arrow ${Arrow_VERSION}: installed package")
  target_link_libraries(costmill_arrow INTERFACE Arrow::arrow_shared Parquet::parquet_shared)
else()
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
  target_link_libraries(costmill_arrow INTERFACE ${COSTMILL_PARQUET_LIBRARY} ${COSTMILL_ARROW_LIBRARY})


endif()
