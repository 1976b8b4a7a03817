// Lines of the server's log, as a test waits for them.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "support/test_socket.h"

namespace wasmqtt::test {

class TestLog {
 public:
  TestLog() : sink_(std::make_shared<Sink>()), logger_(std::make_shared<spdlog::logger>("test", sink_)) {
    logger_->set_level(spdlog::level::debug);
    logger_->set_pattern("%l %v");
  }

  std::shared_ptr<spdlog::logger> logger() const { return logger_; }
  // The first line, past or to come, that holds the text; empty when none comes in time.
  std::string wait_for(std::string_view text) { return sink_->wait_for(text); }
  std::size_t count(std::string_view text) { return sink_->count(text); }

 private:
  class Sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
   public:
    std::string wait_for(std::string_view text) {
      std::unique_lock lock(mutex_);
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(kPatienceSeconds);
      do {
        for (const std::string& line : lines_) {
          if (line.find(text) != line.npos) return line;
        }
      } while (arrived_.wait_until(lock, deadline) != std::cv_status::timeout);
      return {};
    }
    std::size_t count(std::string_view text) {
      const std::lock_guard lock(mutex_);
      std::size_t found = 0;
      for (const std::string& line : lines_)
        found += line.find(text) != line.npos ? 1 : 0;
      return found;
    }

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      spdlog::memory_buf_t line;
      formatter_->format(message, line);
      const std::lock_guard lock(mutex_);
      lines_.emplace_back(line.data(), line.size());
      arrived_.notify_all();
    }
    void flush_() override {}

    std::mutex mutex_;
    std::condition_variable arrived_;
    std::vector<std::string> lines_;
  };

  std::shared_ptr<Sink> sink_;
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace wasmqtt::test
