# Declares wasmqtt::warnings, which a target links (PRIVATE) to have its own sources, and no one else's, checked strictly.
add_library(wasmqtt_warnings INTERFACE)
add_library(wasmqtt::warnings ALIAS wasmqtt_warnings)
target_compile_options(
  wasmqtt_warnings
  INTERFACE
    -Wall
    -Wextra
    -Wpedantic
    -Wshadow
    -Wconversion
    # What a designated initialiser leaves out has its default, and is left out for that.
    -Wno-missing-field-initializers
    $<$<BOOL:${WASMQTT_WARNINGS_AS_ERRORS}>:-Werror>
)
