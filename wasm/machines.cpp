// One step of all machines of a module.
#include "machines.h"

#include <algorithm>

namespace wasmqtt {
namespace {

// What blocks of commands are expected to fit in; a larger one gives its memory back when the next smaller one comes.
constexpr std::size_t kUsualBlock = 256 * 1024;

}  // namespace

std::uint8_t* Machines::reserve(std::size_t bytes) {
  const std::size_t wanted = std::max(bytes, kUsualBlock);
  if (block_.capacity() < wanted || block_.capacity() > 4 * wanted) {
    block_.release();
    block_.reserve(wanted);
  }
  return block_.data();
}

mqtt::Instant Machines::step(std::size_t length, mqtt::Instant now) {
  boundary_.events.clear();
  consume_output();
  CommandReader command({block_.data(), length});
  while (command.next())
    carry_out(command, now);
  advance(now);
  exchange(now);
  for (ClientMachine* const client : touched_) {
    if (!client->link()) client->write_output(now);
    note_deadline(*client);
  }
  write_other_output();
  results_ = boundary_.events.results();
  return std::min(deadline_, others_deadline());
}

void Machines::note_deadline(ClientMachine& client) {
  const mqtt::Instant deadline = client.next_deadline();
  const bool is_waiting = deadline != mqtt::kNever;
  if (is_waiting != client.is_waiting) waiting_ = is_waiting ? waiting_ + 1 : waiting_ - 1;
  client.is_waiting = is_waiting;
  deadline_ = waiting_ == 0 ? mqtt::kNever : std::min(deadline_, deadline);
}

const double* Machines::statistics() {
  count(statistics_);
  return statistics_.data();
}

void Machines::consume_output() {
  for (ClientMachine* const client : touched_) {
    client->consume_output();
    client->is_touched = false;
  }
  touched_.clear();
  consume_other_output();
}

void Machines::carry_out(CommandReader& command, mqtt::Instant now) {
  switch (command.kind()) {
    case CommandKind::Topic: {
      const auto fields = command.record<TopicCommand>();
      boundary_.topics.set(fields.subject, command.text(fields.text_length));
      return;
    }
    case CommandKind::CreateClient: {
      const std::uint32_t number = command.subject();
      if (number >= clients_.size()) clients_.resize(number + 1);
      clients_[number] = std::make_unique<ClientMachine>(number, command.record<CreateClientCommand>(), boundary_);
      return;
    }
    case CommandKind::DestroyClient:
      return destroy_client(command.subject(), now);
    default:
      break;
  }
  if (command.kind() > CommandKind::SetTrace) return carry_out_other(command, now);
  ClientMachine* const machine = client(command.subject());
  if (machine == nullptr) return;
  touch(*machine);
  machine->carry_out(command, now);
}

void Machines::advance(mqtt::Instant now) {
  if (now >= deadline_) {
    deadline_ = mqtt::kNever;
    for (const auto& client : clients_) {
      if (!client) continue;
      if (now >= client->next_deadline()) {
        touch(*client);
        client->advance(now);
      }
      deadline_ = std::min(deadline_, client->next_deadline());
    }
  }
  advance_others(now);
}

ClientMachine* Machines::client(std::uint32_t number) {
  return number < clients_.size() ? clients_[number].get() : nullptr;
}

void Machines::touch(ClientMachine& client) {
  if (client.is_touched) return;
  client.is_touched = true;
  touched_.push_back(&client);
}

void Machines::destroy_client(std::uint32_t number, mqtt::Instant) {
  ClientMachine* const machine = client(number);
  if (machine == nullptr) return;
  std::erase(touched_, machine);
  if (machine->is_waiting && --waiting_ == 0) deadline_ = mqtt::kNever;
  clients_[number].reset();
}

}  // namespace wasmqtt
