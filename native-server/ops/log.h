// Lines of the log -> standard error, without ever waiting for its reader.
#pragma once

#include <spdlog/common.h>
#include <spdlog/logger.h>

#include <memory>

namespace wasmqtt {

// One line for each event. A line that standard error can't take at once, because it is a pipe that nobody empties, is
// dropped and counted: a forgotten log must not stop the server.
std::shared_ptr<spdlog::logger> make_stderr_log(spdlog::level::level_enum level);

}  // namespace wasmqtt
