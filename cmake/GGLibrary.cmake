# How a room of this project becomes a library.
#
#   gg_add_library(NAME sources... [LINK targets...] [DEPENDS targets...])
#     code without LLVM: the RF8 codec's users, the weights file, the runtime.
#   gg_add_compiler_library(NAME sources... [LINK ...] [DEPENDS ...])
#     code over LLVM and MLIR, whose shared libraries it links.
#   gg_add_executable(NAME sources... [COMPILER] [LINK targets...])
#     an executable in build/bin; COMPILER where it is built over MLIR.
#   gg_add_tool(NAME sources... [COMPILER] [LINK targets...])
#     an executable that knows gg's version and is installed.
# Libraries and tools end up in the export set ggTargets.

include(GNUInstallDirs)

set(GG_WARNINGS -Wall -Wextra -Wno-unused-parameter)

function(gg_set_options target)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_compile_features(${target} PUBLIC cxx_std_17)
  target_compile_options(${target} PRIVATE ${GG_WARNINGS})
  if(GG_SANITIZE)
    target_compile_options(${target} PRIVATE
      -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=address,undefined)
  endif()
  if(GG_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
  if(${target} IN_LIST GG_COVERAGE)
    target_compile_options(${target} PRIVATE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(${target} PUBLIC -fprofile-instr-generate)
  endif()
endfunction()

function(gg_add_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  gg_set_options(${name})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  install(TARGETS ${name} EXPORT ggTargets)
endfunction()

# The distribution's LLVM is built with NDEBUG and with RTTI; NDEBUG changes
# the layout of some of its classes, so every build type of ours defines it.
function(gg_set_compiler_options target)
  gg_set_options(${target})
  target_include_directories(${target} SYSTEM PUBLIC ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
  separate_arguments(definitions NATIVE_COMMAND ${LLVM_DEFINITIONS})
  target_compile_definitions(${target} PUBLIC NDEBUG ${definitions})
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti>)
endfunction()

# Parsing MLIR's headers is most of what a file of the compiler costs: they are
# parsed once. Files still include what they use; a build with
# CMAKE_DISABLE_PRECOMPILE_HEADERS shows it.
function(gg_precompile_headers)
  file(CONFIGURE OUTPUT precompiled.cpp CONTENT "// Only its header is wanted.\n")
  add_library(gg-precompiled OBJECT ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp)
  gg_set_compiler_options(gg-precompiled)
  target_precompile_headers(gg-precompiled PRIVATE ${ARGN})
endfunction()

function(gg_add_compiler_library name)
  cmake_parse_arguments(ARG "" "" "LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  gg_set_compiler_options(${name})
  target_precompile_headers(${name} REUSE_FROM gg-precompiled)
  target_link_libraries(${name} PUBLIC ${ARG_LINK} MLIR LLVM)
  add_dependencies(${name} gg-tablegen ${ARG_DEPENDS})
  install(TARGETS ${name} EXPORT ggTargets)
endfunction()

function(gg_add_executable name)
  cmake_parse_arguments(ARG "COMPILER" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  if(ARG_COMPILER)
    gg_set_compiler_options(${name})
    add_dependencies(${name} gg-tablegen)
  else()
    gg_set_options(${name})
  endif()
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()

function(gg_add_tool name)
  gg_add_executable(${name} ${ARGN})
  target_compile_definitions(${name} PRIVATE GG_VERSION="${PROJECT_VERSION}")
  install(TARGETS ${name} EXPORT ggTargets)
endfunction()

# gg_tablegen(file.td OUTPUT out.inc -gen-x args… [OUTPUT out2.inc -gen-y args…])
# The generated headers sit where their .td does, below the build's include/.
function(gg_tablegen td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(TABLEGEN_OUTPUT)
  set(rule)
  foreach(word IN LISTS ARGN ITEMS OUTPUT)
    if(NOT word STREQUAL "OUTPUT")
      list(APPEND rule ${word})
    elseif(rule)
      mlir_tablegen(${rule} EXTRA_INCLUDES ${PROJECT_SOURCE_DIR}/include ${MLIR_INCLUDE_DIRS})
      set(rule)
    endif()
  endforeach()
  file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/${td})
  string(MAKE_C_IDENTIFIER "tablegen-${path}" target)
  add_custom_target(${target} DEPENDS ${TABLEGEN_OUTPUT})
  add_dependencies(gg-tablegen ${target})
  cmake_path(GET path PARENT_PATH folder)
  install(FILES ${TABLEGEN_OUTPUT} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/${folder})
endfunction()
