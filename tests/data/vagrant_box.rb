# Has real Vagrant add the box of the current folder's Vagrantfile, as the start of a machine does, and starts nothing.
# Usage: ruby vagrant_box.rb PROVIDER

require "vagrant"

Machine = Struct.new(:config, :provider_name, :provider_options, :triggers, :name)

environment = Vagrant::Environment.new(cwd: Dir.pwd, ui_class: Vagrant::UI::Basic)
provider = ARGV.fetch(0).to_sym
begin
  # false: the provider itself need not be usable on this host
  config = environment.vagrantfile.machine_config(:kubmaster, provider, environment.boxes, nil, false)[:config]
  machine = Machine.new(config, provider, {}, nil, :kubmaster)
  machine.triggers = Vagrant::Plugin::V2::Trigger.new(environment, config.trigger, machine, environment.ui)
  Vagrant::Action::Builtin::HandleBox.new(nil, {}).handle_box(
    machine: machine, ui: environment.ui, action_runner: environment.action_runner
  )
rescue Vagrant::Errors::VagrantError => error
  warn error.message
  exit 1
end
