# cmake -DBUILD=… -DSOURCE=… -DCXX=… -DCC=… -P run.cmake:
# installs gg into a fresh prefix, then configures, builds and runs the project
# beside this file against it.
set(work ${BUILD}/test/Package)
file(REMOVE_RECURSE ${work}/prefix ${work}/build)

function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE text ERROR_VARIABLE text)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "${ARGN}\n${text}")
  endif()
endfunction()

step(${CMAKE_COMMAND} --install ${BUILD} --prefix ${work}/prefix)
step(${CMAKE_COMMAND} -S ${SOURCE} -B ${work}/build -G Ninja -DCMAKE_PREFIX_PATH=${work}/prefix
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=${CC} -DCMAKE_CXX_COMPILER=${CXX})
step(${CMAKE_COMMAND} --build ${work}/build)
foreach(program IN ITEMS uses-dialects uses-weights)
  step(${work}/build/${program})
endforeach()
