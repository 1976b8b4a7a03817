// Bytes between a bridge and its brokers, one side after the other.
#include "support/test_bridge.h"

#include <algorithm>
#include <utility>

#include "support/property_names.h"
#include "support/take_front.h"

namespace mqtt::test {

namespace {

using namespace std::chrono_literals;

// A CONNACK of 3.1.1 with "unacceptable protocol version".
constexpr std::uint8_t kUnacceptable[] = {0x20, 0x02, 0x00, 0x01};

std::string name_of(BridgeSide side) {
  return side == BridgeSide::Local ? "local" : "remote";
}

// Whether the budget is used up by this.
bool is_spent(std::optional<std::size_t>& budget, std::size_t bytes) {
  if (!budget || (*budget -= bytes) > 0) return false;
  budget.reset();
  return true;
}

}  // namespace

TestBridge::TestBridge(TestBroker& local, TestBroker& remote, const BridgeOptions& options)
    : options_(options), transports_{Transport{.broker = &local}, Transport{.broker = &remote}} {
  options_.reconnect.jitter = 0;
  bridge_ = make_bridge();
}

// The listener is private.
std::unique_ptr<Bridge> TestBridge::make_bridge() {
  return std::unique_ptr<Bridge>(
      new Bridge(options_, *this, &transport(BridgeSide::Local).broker->machine().retained()));
}

TestBridge::~TestBridge() {
  for (const BridgeSide side : {BridgeSide::Local, BridgeSide::Remote})
    loses(side);
}

void TestBridge::starts() {
  bridge_->start(now());
  settles();
}

void TestBridge::settles() {
  bool has_moved = true;
  while (has_moved) {
    has_moved = false;
    for (const BridgeSide side : {BridgeSide::Local, BridgeSide::Remote}) {
      while (moves(side))
        has_moved = true;
    }
  }
}

void TestBridge::advances(Duration duration) {
  const Instant end = now() + duration;
  while (now() < end) {
    const Duration due = std::max<Duration>(bridge_->next_deadline() - now(), 1ms);
    const Duration step = std::min<Duration>({end - now(), 100ms, due});
    for (Transport& each : transports_)
      each.broker->advance(step);
    bridge_->advance(now());
    settles();
  }
}

void TestBridge::restarts() {
  for (const BridgeSide side : {BridgeSide::Local, BridgeSide::Remote})
    loses(side);
  bridge_.reset();
  bridge_ = make_bridge();
  starts();
}

void TestBridge::shuts_down() {
  bridge_->shut_down(now());
  settles();
}

void TestBridge::loses(BridgeSide side) {
  ends(side, TransportEnd::Lost);
}

void TestBridge::ends(BridgeSide side, TransportEnd end) {
  Transport& lost = transport(side);
  if (!lost.connection) return;
  lost.broker->machine().closed(*std::exchange(lost.connection, std::nullopt), now());
  lost.broker->advance(0ms);
  bridge_->transport_closed(side, now(), end);
}

void TestBridge::replaces(BridgeSide side, TestBroker& broker) {
  loses(side);
  broker.advance(std::max<Duration>(now() - broker.now(), 0ms));
  transport(side).broker = &broker;
}

void TestBridge::dials(BridgeSide side) {
  Transport& wanted = transport(side);
  wanted.is_due = false;
  if (wanted.is_unreachable) return bridge_->transport_closed(side, now());
  wanted.connection = wanted.broker->machine().open(now(), side == BridgeSide::Local ? Origin::Host : Origin::Network);
  [[maybe_unused]] const auto opened = bridge_->transport_opened(side, now());
}

bool TestBridge::moves(BridgeSide side) {
  if (transport(side).is_due) dials(side);
  const bool has_moved = moves_up(side) || moves_down(side);
  const Transport& present = transport(side);
  if (!present.connection) return has_moved;
  const Broker& broker = present.broker->machine();
  const bool bridge_asks = bridge_->should_close(side) && bridge_->output(side).empty();
  const bool broker_asks = broker.should_close(*present.connection) && broker.output(*present.connection).empty();
  if (bridge_asks || broker_asks) ends(side, broker_asks ? TransportEnd::ByPeer : TransportEnd::Lost);
  return has_moved;
}

void TestBridge::remote_knows(std::vector<std::uint8_t> levels, bool closes) {
  known_levels_ = std::move(levels);
  closes_unknown_ = closes;
}

// Of all that goes up only a CONNECT begins so.
bool TestBridge::is_refused(const std::vector<std::uint8_t>& bytes) const {
  if (known_levels_.empty() || bytes.size() < 12 || bytes[0] != 0x10) return false;
  const std::size_t level = (bytes[1] < 0x80 ? 2U : 3U) + 6U;  // behind the length, and the name and its length
  return std::find(known_levels_.begin(), known_levels_.end(), bytes[level]) == known_levels_.end();
}

bool TestBridge::moves_up(BridgeSide side) {
  Transport& used = transport(side);
  if (!used.connection || used.is_stuck || bridge_->output(side).empty()) return false;
  std::vector<std::uint8_t> bytes;
  bridge_->consume_output(side, take_front(bridge_->output(side), used.up_budget.value_or(SIZE_MAX), bytes));
  if (side == BridgeSide::Remote && is_refused(bytes)) {
    if (!closes_unknown_) bridge_->receive(side, kUnacceptable, now());
    ends(side, TransportEnd::ByPeer);
    return true;
  }
  used.bytes_up += bytes.size();
  used.broker->machine().receive(*used.connection, bytes, now());
  if (is_spent(used.up_budget, bytes.size())) loses(side);
  used.broker->advance(0ms);
  return true;
}

bool TestBridge::moves_down(BridgeSide side) {
  Transport& used = transport(side);
  if (!used.connection) return false;
  Broker& broker = used.broker->machine();
  const ConnectionId id = *used.connection;
  if (broker.output(id).empty() || !bridge_->takes_input(side)) return false;
  std::vector<std::uint8_t> bytes;
  broker.consume_output(id, take_front(broker.output(id), used.down_budget.value_or(SIZE_MAX), bytes));
  used.bytes_down += bytes.size();
  bridge_->receive(side, bytes, now());
  if (is_spent(used.down_budget, bytes.size())) loses(side);
  return true;
}

void TestBridge::on_connack(BridgeSide side, const Connack& connack) {
  notes_.push_back(name_of(side) + " connack " + reason_word(connack.reason) +
                   (connack.session_present ? " session-present" : ""));
}

void TestBridge::on_subscription_refused(BridgeSide side, std::string_view topic_filter, const Error& error) {
  notes_.push_back(name_of(side) + " refused " + std::string(topic_filter) + " " + reason_word(error.reason));
}

void TestBridge::on_dialect_refused(BridgeDialect refused, std::optional<BridgeDialect> next) {
  notes_.push_back("no " + std::string(dialect_name(refused)) +
                   (next ? ", next " + std::string(dialect_name(*next)) : ""));
}

void TestBridge::on_given_up(std::string_view topic, unsigned) {
  notes_.push_back("gave up " + std::string(topic));
}

void TestBridge::on_closing(BridgeSide side, const Error& error) {
  notes_.push_back(name_of(side) + " closing " + reason_word(error.reason));
}

}  // namespace mqtt::test
