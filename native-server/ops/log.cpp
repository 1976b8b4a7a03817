// A sink of spdlog that looks before it writes.
#include "ops/log.h"

#include <poll.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

namespace wasmqtt {
namespace {

class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (!has_room()) {
      ++dropped_;
      return;
    }
    if (dropped_ > 0) {
      write(std::to_string(dropped_) + " lines of the log are missing here, because nobody read it\n");
      dropped_ = 0;
    }
    write({line.data(), line.size()});
  }
  void flush_() override {}

  // A pipe that is ready takes a line of up to PIPE_BUF (4096) bytes whole.
  static bool has_room() {
    pollfd descriptor{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT) != 0;
  }

  static void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  unsigned long dropped_ = 0;
};

}  // namespace

std::shared_ptr<spdlog::logger> make_stderr_log(spdlog::level::level_enum level) {
  auto log = std::make_shared<spdlog::logger>("wasmqtt-server", std::make_shared<StderrSink>());
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ %v");
  log->set_level(level);
  return log;
}

}  // namespace wasmqtt
