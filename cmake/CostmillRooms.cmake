# costmill_room(NAME [KNOWS room...] [USES target...]): the static library of src/NAME. The order of the calls is the way of
# the data, so a room can only know rooms that stand before it.
add_library(costmill_options INTERFACE)
target_compile_options(costmill_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wno-missing-field-initializers -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>  # g++ 12 reports std::string operations that are none (GCC bug 105651)
  -fstack-protector-strong -fno-math-errno
  $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-march=x86-64-v2>)  # what Arrow's own binaries need

# What makes a mistake harder to exploit, with the stack protector above; tools/check_hardening looks at the binary. Not
# _GLIBCXX_ASSERTIONS: checked indices cost the fold some 5%.
if(NOT COSTMILL_SANITIZE)
  target_compile_options(costmill_options INTERFACE
    -fstack-clash-protection
    $<$<STREQUAL:${CMAKE_SYSTEM_PROCESSOR},x86_64>:-fcf-protection>
    $<$<CONFIG:Release>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3>)
endif()
target_link_options(costmill_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack,-z,separate-code)
if(COSTMILL_SANITIZE)
  target_compile_options(costmill_options INTERFACE -fsanitize=${COSTMILL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)  # g++ 12 reports std::regex, which is none, under sanitizers (GCC bug 105562)
  target_link_options(costmill_options INTERFACE -fsanitize=${COSTMILL_SANITIZE})
endif()

# What fuzzers ask of the code that they drive: to be told which branches an input takes. Costs other programs of the build little.
set(costmill_room_options "")
if(COSTMILL_FUZZERS)
  set(costmill_room_options -fsanitize=fuzzer-no-link)
endif()

function(costmill_room name)
  cmake_parse_arguments(room "" "" "KNOWS;USES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/${name}/*.cc)
  add_library(costmill_${name} STATIC ${sources})
  target_compile_options(costmill_${name} PRIVATE ${costmill_room_options})
  target_include_directories(costmill_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR}/include)
  set(known "")
  foreach(room IN LISTS room_KNOWS)
    if(NOT TARGET costmill_${room})
      message(FATAL_ERROR "room ${name} knows ${room}, which does not stand before it")
    endif()
    list(APPEND known costmill_${room})
  endforeach()
  target_link_libraries(costmill_${name} PUBLIC ${known} ${room_USES} PRIVATE costmill_options)
endfunction()
