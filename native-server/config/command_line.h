// The words of a command line -> ServerOptions.
#pragma once

#include <string>
#include <variant>

#include "config/server_options.h"

namespace wasmqtt {

// The program has nothing more to do: print the text and leave with the status.
struct Exit {
  int status = 0;
  std::string text;  // for standard output at status 0, else for standard error
};

std::variant<ServerOptions, Exit> parse_command_line(int argc, const char* const* argv);

}  // namespace wasmqtt
