// Bytes between a broker and clients of the same module, until both are quiet.
#include "broker_machines.h"

#include <array>
#include <utility>

namespace wasmqtt {
namespace {

// Moves all that waits in `output` by `receive(bytes)` and `consume(count)`.
template <typename Receive, typename Consume>
void move_bytes(const mqtt::OutputQueue& output, Receive receive, Consume consume) {
  std::array<mqtt::Bytes, 16> runs;
  while (!output.empty()) {
    const std::size_t count = output.gather(runs);
    std::size_t moved = 0;
    for (std::size_t i = 0; i < count; ++i) {
      receive(runs[i]);
      moved += runs[i].size();
    }
    consume(moved);
  }
}

}  // namespace

void BrokerMachines::create_broker(const mqtt::BrokerOptions& options, const BrokerMachine::Wants& wants) {
  broker_.emplace(options, wants, machines_.boundary());
}

void BrokerMachines::carry_out(CommandReader& command) {
  if (!broker_) return;
  broker_->carry_out(command, machines_.now());
  if (command.kind() == CommandKind::ConnectionSetWritable) note_writable(command.subject());
}

void BrokerMachines::link(std::uint32_t client, std::uint32_t connection, const mqtt::Connect& connect) {
  ClientMachine* const machine = machines_.touched_client(client);
  const mqtt::Instant now = machines_.now();
  if (machine == nullptr || !broker_ || !machine->open_transport(connect, SIZE_MAX, now)) return;
  machine->set_link(connection);
  broker_->open(connection, {}, now).client = client;
}

void BrokerMachines::unlink(std::uint32_t connection) {
  const BrokerMachine::Connection* const found = broker_ ? broker_->connection(connection) : nullptr;
  if (found == nullptr || !found->client) return;
  ClientMachine* const machine = machines_.client(*found->client);
  if (machine != nullptr && machine->link() == connection) {
    // What was said before the end arrives before it, as over a transport.
    send_to_broker(*machine);
    machine->set_link(std::nullopt);
  }
  broker_->close(connection, machines_.now());
}

// What came for a linked client while it took nothing is handed over when it does again.
void BrokerMachines::note_writable(std::uint32_t connection) {
  const BrokerMachine::Connection* const found = broker_->connection(connection);
  if (found != nullptr && found->client && found->is_writable) resumed_.push_back(connection);
}

void BrokerMachines::client_ends(ClientMachine& client) {
  if (client.link()) unlink(*client.link());
}

void BrokerMachines::exchange() {
  if (!broker_) return;
  for (const std::uint32_t connection : std::exchange(resumed_, {}))
    send_to_client(connection);
  std::size_t sent = 0;
  while (true) {
    for (; sent < machines_.touched().size(); ++sent)
      send_to_broker(*machines_.touched()[sent]);
    bool moved = false;
    while (const auto ready = broker_->take_ready()) {
      const BrokerMachine::Connection* const connection = broker_->connection(*ready);
      if (connection == nullptr) continue;
      if (connection->client) {
        send_to_client(*ready);
        moved = true;
      } else {
        broker_->note_ready(*ready);
      }
    }
    if (!moved) break;
    sent = 0;
  }
}

void BrokerMachines::send_to_broker(ClientMachine& machine) {
  if (!machine.link()) return;
  const mqtt::Instant now = machines_.now();
  const BrokerMachine::Connection* const connection = broker_->connection(*machine.link());
  if (connection == nullptr) return;
  move_bytes(
      machine.client().output(), [&](mqtt::Bytes bytes) { broker_->core().receive(connection->id, bytes, now); },
      [&](std::size_t count) { machine.client().consume_output(count, now); });
  // Only asks for the transport's end, as there is no output left.
  machine.write_output(now);
}

void BrokerMachines::send_to_client(std::uint32_t number) {
  const BrokerMachine::Connection* const connection = broker_->connection(number);
  if (connection == nullptr || !connection->client || !connection->is_writable) return;
  ClientMachine* const machine = machines_.touched_client(*connection->client);
  if (machine == nullptr) return;
  const mqtt::Instant now = machines_.now();
  const mqtt::ConnectionId id = connection->id;
  move_bytes(
      broker_->core().output(id), [&](mqtt::Bytes bytes) { machine->client().receive(bytes, now); },
      [&](std::size_t count) { broker_->core().consume_output(id, count); });
  if (!broker_->core().should_close(id)) return;
  machine->set_link(std::nullopt);
  broker_->close(number, now);
  machines_.boundary().events.event(EventKind::LinkClosed, number);
}

void BrokerMachines::consume_output() {
  if (broker_) broker_->consume_output();
}

void BrokerMachines::advance() {
  const mqtt::Instant now = machines_.now();
  if (broker_ && now >= broker_->core().next_deadline()) broker_->core().advance(now);
}

void BrokerMachines::write_output() {
  if (broker_) broker_->write_output();
}

mqtt::Instant BrokerMachines::next_deadline() const {
  return broker_ ? broker_->core().next_deadline() : mqtt::kNever;
}

}  // namespace wasmqtt
