// Links on their way out -> links that are gone, each after a bounded time at the latest.
#pragma once

#include <chrono>
#include <memory>
#include <unordered_map>

#include "net/link.h"
#include "net/tcp.h"

namespace wasmqtt {

// Keeps a link alive while its last bytes travel and the peer answers its farewell. Its timer runs only while there is
// such a link, so it never holds up the end of the reactor.
class ClosingLinks {
 public:
  ClosingLinks(asio::io_context& io, std::chrono::milliseconds patience)
      : timer_(io.get_executor()), patience_(patience) {}

  void add(std::shared_ptr<Link> link);
  void remove(const Link* link);
  std::size_t size() const { return links_.size(); }

 private:
  struct Entry {
    std::shared_ptr<Link> link;
    std::chrono::steady_clock::time_point deadline;
  };
  void wait();
  void expire_due();

  Timer timer_;
  std::chrono::milliseconds patience_;
  std::unordered_map<const Link*, Entry> links_;
  bool waiting_ = false;
};

}  // namespace wasmqtt
