include(CMakePackageConfigHelpers)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.td")
configure_package_config_file(cmake/ggConfig.cmake.in ${PROJECT_BINARY_DIR}/ggConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gg)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ggConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ggConfig.cmake ${PROJECT_BINARY_DIR}/ggConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gg)
install(EXPORT ggTargets NAMESPACE gg:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/gg)
