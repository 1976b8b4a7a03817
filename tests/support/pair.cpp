// Bytes carried from one machine to the other in pieces, and lost.
#include "support/pair.h"

#include <algorithm>
#include <cassert>

#include "support/take_front.h"

namespace mqtt::test {

namespace {

std::vector<std::uint8_t> split_front(std::vector<std::uint8_t>& wire, std::size_t bytes) {
  const auto end = wire.begin() + static_cast<std::ptrdiff_t>(std::min(bytes, wire.size()));
  std::vector<std::uint8_t> front(wire.begin(), end);
  wire.erase(wire.begin(), end);
  return front;
}

}  // namespace

// --- PairedBroker

void PairedBroker::restart() {
  for (PairedClient* client : clients_) {
    client->cut(false);
    client->forgotten_.clear();
  }
  machine_ = std::make_unique<Broker>(options_, nullptr, nullptr, &journal_);
  [[maybe_unused]] const auto restored = journal_.restore_into(*machine_, now);
  assert(restored);
}

void PairedBroker::advance(Duration duration) {
  now += duration;
  machine().advance(now);
  for (PairedClient* client : clients_)
    client->client_->advance(now);
}

void PairedBroker::settle() {
  constexpr int kRoundsOfSilence = 40;  // at a second each, longer than any pause between attempts
  for (int silent = 0; silent < kRoundsOfSilence; ++silent) {
    for (PairedClient* client : clients_) {
      client->broker_learns();
      if (client->wants_dial_) client->dial();
      if (client->move_everything()) silent = 0;
    }
    advance(std::chrono::seconds(1));
  }
}

// --- PairedClient

PairedClient::PairedClient(PairedBroker& broker, std::string_view connect, const ClientOptions& options)
    : broker_(broker), connect_("CONNECT " + std::string(connect)), options_(options) {
  restart();
  broker_.clients_.push_back(this);
}

PairedClient::~PairedClient() {
  cut();
  broker_learns();
  std::erase(broker_.clients_, this);
}

void PairedClient::on_message(const Publish& publish) {
  messages.push_back({std::string(publish.topic), std::string(as_text(publish.payload)), publish.qos, publish.retain});
}

void PairedClient::restart() {
  lose_transport();
  broker_learns();
  wants_dial_ = false;
  client_ = std::unique_ptr<Client>(new Client(options_, *this, &journal_));  // the listener is private
  [[maybe_unused]] const auto restored = journal_.restore_into(*client_);
  assert(restored);
}

void PairedClient::dial() {
  wants_dial_ = false;
  client_->start_attempt(broker_.now);
  connection_ = broker_.machine().open(broker_.now);
  [[maybe_unused]] const auto opened = client_->transport_opened(connect_.as<Connect>(), broker_.now);
}

bool PairedClient::write_up(std::size_t bytes) {
  if (!connection_) return false;
  const std::size_t taken = take_front(client_->output(), bytes, up_);
  client_->consume_output(taken);
  close_if_asked();
  return taken > 0;
}

bool PairedClient::arrive_up(std::size_t bytes) {
  if (!connection_ || up_.empty()) return false;
  const auto front = split_front(up_, up_budget_ ? std::min(bytes, *up_budget_) : bytes);
  bytes_up_ += front.size();
  broker_.machine().receive(*connection_, front, broker_.now);
  if (up_budget_ && (*up_budget_ -= front.size()) == 0) {
    up_budget_.reset();
    cut();
  }
  return true;
}

bool PairedClient::write_down(std::size_t bytes) {
  if (!connection_) return false;
  const std::size_t taken = take_front(broker_.machine().output(*connection_), bytes, down_);
  broker_.machine().consume_output(*connection_, taken);
  return taken > 0;
}

bool PairedClient::arrive_down(std::size_t bytes) {
  if (!connection_ || down_.empty()) {
    close_if_asked();
    return false;
  }
  const auto front = split_front(down_, down_budget_ ? std::min(bytes, *down_budget_) : bytes);
  bytes_down_ += front.size();
  client_->receive(front, broker_.now);
  if (down_budget_ && (*down_budget_ -= front.size()) == 0) {
    down_budget_.reset();
    cut();
  }
  close_if_asked();
  return true;
}

bool PairedClient::move_everything() {
  bool moved = false;
  constexpr std::size_t kAll = SIZE_MAX;
  while (write_up(kAll) || arrive_up(kAll) || write_down(kAll) || arrive_down(kAll))
    moved = true;
  return moved;
}

// Either side may want the transport closed, once all that it had to say has arrived.
void PairedClient::close_if_asked() {
  if (!connection_) return;
  const bool client_asks = client_->should_close() && client_->output().empty();
  const bool broker_asks =
      broker_.machine().should_close(*connection_) && broker_.machine().output(*connection_).empty() && down_.empty();
  if (client_asks && !up_.empty()) {
    const auto front = split_front(up_, up_.size());
    broker_.machine().receive(*connection_, front, broker_.now);
  }
  if (client_asks || broker_asks) cut();
}

void PairedClient::cut(bool broker_learns_at_once) {
  if (!connection_) return;
  lose_transport();
  if (broker_learns_at_once) broker_learns();
  client_->transport_closed(broker_.now);
}

void PairedClient::lose_transport() {
  up_.clear();
  down_.clear();
  if (connection_) forgotten_.push_back(*std::exchange(connection_, std::nullopt));
}

void PairedClient::broker_learns() {
  for (const ConnectionId id : std::exchange(forgotten_, {}))
    broker_.machine().closed(id, broker_.now);
}

}  // namespace mqtt::test
