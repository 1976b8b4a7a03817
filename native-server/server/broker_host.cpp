// The loop that every host of a broker has: bytes in, what is ready out, one timer.
#include "server/broker_host.h"

#include <chrono>

#include <asio/post.hpp>

#include "net/clock.h"
#include "ops/random_seed.h"

namespace wasmqtt {
namespace {

// Input after which the output is written without waiting for the turn's end, so that many busy publishers in one turn
// don't fill a subscriber's queue to its limit before the kernel was even asked.
constexpr std::size_t kPumpAfterBytes = kReadBufferSize;

// A read of so many bytes comes from a peer that waits for answers before it sends more. They begin with the first
// third of it: the peer works on them while the rest is handled, and neither of the two has to sleep until the other is
// done. A smaller read is not worth another write, and a larger one comes from a peer that waits for nobody.
constexpr std::size_t kSmallestSplitRead = 1536;
constexpr std::size_t kLargestSplitRead = 16 * 1024;
// Others wait for the turn's end, so that a message to thousands takes no more writes than it needs.
constexpr std::size_t kEarlyFlushes = 4;

// What only the machine knows: randomness and the time.
mqtt::BrokerOptions completed(mqtt::BrokerOptions options, mqtt::Instant now) {
  const auto unix_time = std::chrono::system_clock::now().time_since_epoch();
  options.unix_time_at_zero = (std::chrono::duration_cast<mqtt::Duration>(unix_time) - now.time_since_epoch()).count();
  options.random_seed = random_seed();
  return options;
}

}  // namespace

BrokerHost::BrokerHost(Reactor& reactor, const mqtt::BrokerOptions& options, std::unique_ptr<SqliteJournal> journal)
    : reactor_(reactor),
      options_(completed(options, now())),
      log_(reactor.log),
      journal_(std::move(journal)),
      broker_(options_, this, nullptr, journal_.get()),
      retired_(reactor.io),
      timer_(reactor.io, [this] {
        broker_.advance(now());
        pump();
      }) {
  if (journal_ == nullptr) return;
  journal_->restore(broker_, now());
  const mqtt::BrokerStatistics& restored = broker_.statistics();
  reactor_.log->info("restored {} sessions and {} retained messages", restored.sessions, restored.retained_messages);
  timer_.arm(broker_.next_deadline());
}

void BrokerHost::accept(std::shared_ptr<Link> link) {
  if (is_shutting_down_) return link->close(CloseCode::GoingAway, "the server is shutting down");
  const mqtt::ConnectionId id = broker_.open(now(), link->is_of_host() ? mqtt::Origin::Host : mqtt::Origin::Network);
  if (id >= connections_.size()) connections_.resize(std::size_t{id} + 1);
  connections_[id] = std::make_unique<BrokerConnection>(*this, id, std::move(link));
  connections_[id]->start();
  schedule_pump();
}

void BrokerHost::receive(mqtt::ConnectionId id, Bytes bytes) {
  if (is_split(bytes)) {
    const std::size_t first = bytes.size() / 3;
    broker_.receive(id, bytes.first(first), now());
    flush_ready(kEarlyFlushes);
    if (connections_[id] == nullptr) return;
    bytes = bytes.subspan(first);
  }
  broker_.receive(id, bytes, now());
  received_since_pump_ += bytes.size();
  if (received_since_pump_ < kPumpAfterBytes) return schedule_pump();
  pump();
}

// The first read of a turn alone: with many clients in it, nobody is kept waiting. With a journal it would take a
// commit more.
bool BrokerHost::is_split(Bytes read) const {
  return received_since_pump_ == 0 && journal_ == nullptr && read.size() >= kSmallestSplitRead &&
         read.size() <= kLargestSplitRead;
}

void BrokerHost::flush_ready(std::size_t most) {
  for (std::size_t flushed = 0; flushed < most; ++flushed) {
    const auto id = broker_.take_ready();
    if (!id) return;
    connections_[*id]->flush();
  }
}

void BrokerHost::remove(mqtt::ConnectionId id) {
  broker_.closed(id, now());
  retired_.add(std::move(connections_[id]));
  schedule_pump();
}

// Posted handlers run behind those of all sockets that were found ready together with this one.
void BrokerHost::schedule_pump() {
  if (pump_is_scheduled_) return;
  pump_is_scheduled_ = true;
  asio::post(reactor_.io, [this] {
    pump_is_scheduled_ = false;
    pump();
  });
}

void BrokerHost::pump() {
  received_since_pump_ = 0;
  commit();
  flush_ready(SIZE_MAX);
  timer_.arm(broker_.next_deadline());
}

void BrokerHost::shut_down() {
  is_shutting_down_ = true;
  timer_.stop();
  broker_.shut_down(now());
  pump();
}

void BrokerHost::on_connected(mqtt::ConnectionId id, const mqtt::ConnectedClient& client) {
  log_.connected(*connections_[id], client);
}

void BrokerHost::on_ended(mqtt::ConnectionId id, const mqtt::ConnectionEnd& end) {
  BrokerConnection& connection = *connections_[id];
  connection.set_close_reason(static_cast<CloseCode>(mqtt::web_socket_close_code(end)), end.error.text);
  log_.ended(connection, end);
}

}  // namespace wasmqtt
