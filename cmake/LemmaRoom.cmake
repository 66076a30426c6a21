# lemma_room(NAME [USES room...] [LINKS library...] [TESTS_IN_ONE_PROCESS]): one static library
# `lemma_NAME` from the room's *.cc files, and one test program `NAME_test` from its *_test.cc files.
# Link dependencies are public, so a program links the top room it uses and gets the rest.

find_package(Threads REQUIRED)
find_program(LEMMA_CCACHE ccache)
if(LEMMA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LEMMA_CCACHE})
endif()

add_library(lemma_options INTERFACE)
target_compile_options(lemma_options INTERFACE -Wall -Wextra -Werror)
target_include_directories(lemma_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(lemma_options INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(lemma_options INTERFACE -Wthread-safety)
  target_link_options(lemma_options INTERFACE -fuse-ld=lld)
endif()
if(LEMMA_SANITIZE)
  target_compile_options(lemma_options INTERFACE
    -fsanitize=${LEMMA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(lemma_options INTERFACE -fsanitize=${LEMMA_SANITIZE})
endif()

if(LEMMA_TESTS)
  enable_testing()
  include(GoogleTest)
  find_package(GTest REQUIRED)
endif()

# lemma_tests(NAME SOURCE... [LINKS library...] [IN_ONE_PROCESS]): a GoogleTest program registered
# with CTest, test by test, or as a whole where its tests share something dear.
function(lemma_tests name)
  cmake_parse_arguments(ARG "IN_ONE_PROCESS" "" "LINKS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} GTest::gtest GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE LEMMA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  # What tests do themselves takes moments; compiling them is half of a build.
  target_compile_options(${name} PRIVATE -O0)
  # Many times what they take: a test that hangs is found late, one that is slow on a busy machine
  # does not fail.
  if(ARG_IN_ONE_PROCESS)
    add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES TIMEOUT 1200)
    return()
  endif()
  gtest_discover_tests(${name} TEST_PREFIX ${name}. DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 600 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
endfunction()

function(lemma_room name)
  cmake_parse_arguments(ARG "TESTS_IN_ONE_PROCESS" "" "USES;LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(test_sources ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$|/test_[^/]*\\.cc$")
  list(FILTER test_sources INCLUDE REGEX "_test\\.cc$|/test_[^/]*\\.cc$")
  list(TRANSFORM ARG_USES PREPEND lemma_)
  if(sources)
    add_library(lemma_${name} STATIC ${sources})
    target_link_libraries(lemma_${name} PUBLIC lemma_options ${ARG_USES} ${ARG_LINKS})
  else()
    add_library(lemma_${name} INTERFACE)
    target_link_libraries(lemma_${name} INTERFACE lemma_options ${ARG_USES} ${ARG_LINKS})
  endif()
  if(LEMMA_TESTS AND test_sources)
    set(in_one_process)
    if(ARG_TESTS_IN_ONE_PROCESS)
      set(in_one_process IN_ONE_PROCESS)
    endif()
    lemma_tests(${name}_test ${test_sources} ${in_one_process} LINKS lemma_${name})
  endif()
endfunction()
