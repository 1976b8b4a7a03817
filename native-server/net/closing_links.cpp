// Looks over all closing links a few times within their patience, which spares a timer for each.
#include "net/closing_links.h"

#include <vector>

namespace wasmqtt {

void ClosingLinks::add(std::shared_ptr<Link> link) {
  const Link* key = link.get();
  links_.try_emplace(key, Entry{std::move(link), std::chrono::steady_clock::now() + patience_});
  wait();
}

void ClosingLinks::remove(const Link* link) {
  links_.erase(link);
  if (links_.empty()) timer_.cancel();
}

void ClosingLinks::wait() {
  if (waiting_) return;
  waiting_ = true;
  timer_.expires_after(patience_ / 8 + std::chrono::milliseconds(1));
  timer_.async_wait([this](const asio::error_code& error) {
    waiting_ = false;
    if (!error) expire_due();
    if (!links_.empty()) wait();
  });
}

void ClosingLinks::expire_due() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Link>> due;
  for (const auto& [key, entry] : links_) {
    if (entry.deadline <= now) due.push_back(entry.link);
  }
  for (const auto& link : due) {
    links_.erase(link.get());
    link->expire();
  }
}

}  // namespace wasmqtt
