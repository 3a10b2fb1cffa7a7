# Has real Vagrant load the Vagrantfile of the current folder and prints each machine's configuration as JSON.
# Usage: ruby vagrant_config.rb PROVIDER [stand-in]
#
# VMware's plugin cannot be assumed. Without `stand-in`, Vagrant hands the settings to its DummyConfig,
# which keeps whatever it is given. With it, a minimal configuration class takes the plugin's place, which
# has the few names that the plugin documents and kubetui uses.

require "json"
require "vagrant"

class StandIn < Vagrant.plugin("2", :config)
  attr_accessor :gui, :linked_clone
  attr_reader :vmx

  def initialize
    super
    @vmx = {}
  end

  def memory=(mebibytes)
    @vmx["memsize"] = mebibytes.to_s
  end

  def cpus=(count)
    @vmx["numvcpus"] = count.to_s
  end
end

if ARGV[1] == "stand-in"
  Class.new(Vagrant.plugin("2")) do
    name "stand-in"
    config(:vmware_desktop, :provider) { StandIn }
  end
end

provider = ARGV.fetch(0).to_sym

begin
  environment = Vagrant::Environment.new(cwd: Dir.pwd, ui_class: Vagrant::UI::Silent)
  machines = environment.machine_names.map do |name|
    # false: the provider itself need not be usable on this host
    loaded = environment.vagrantfile.machine_config(name, provider, environment.boxes, nil, false)
    vm = loaded[:config].vm
    settings = vm.get_provider_config(provider)
    {
      name: name,
      hostname: vm.hostname,
      box: vm.box,
      box_version: vm.box_version,
      box_url: vm.box_url,
      box_checksum: [vm.box_download_checksum_type, vm.box_download_checksum],
      box_options: vm.box_extra_download_options,
      box_check_update: vm.box_check_update,
      networks: vm.networks.select { |type, _| type == :private_network }.map { |_, options| options },
      ports: vm.networks.select { |type, options| type == :forwarded_port && options[:id] != "ssh" }.map { |_, options| options },
      disks: vm.disks.map { |disk| { type: disk.type, name: disk.name, size: disk.size, primary: disk.primary } },
      synced_folders: vm.synced_folders,
      insert_key: loaded[:config].ssh.insert_key,
      class: settings.class.name,
      settings: settings.instance_variables_hash,
      errors: settings.is_a?(Vagrant::Config::V2::DummyConfig) ? [] : settings._detected_errors,
    }
  end
  puts JSON.generate(machines)
rescue Vagrant::Errors::VagrantError => error
  puts JSON.generate({ error: error.message })
end
