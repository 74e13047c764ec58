# Runs cmdlets of Exchange Online for Chamberlain: a line of JSON in, a line of JSON out. Which cmdlets may run is decided
# by who writes the lines (rim.py). Nothing is read from the command line or kept in a file.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
$InformationPreference = 'SilentlyContinue'

function Write-Answer($Answer) {
    [Console]::Out.WriteLine((ConvertTo-Json -InputObject $Answer -Depth 6 -Compress))
    [Console]::Out.Flush()
}

# Identities and enumerations become their text, lists lists of texts; truth and nothing stay what they are.
function ConvertTo-Plain($Value) {
    if ($null -eq $Value -or $Value -is [bool]) { return $Value }
    if ($Value -is [System.Collections.IEnumerable] -and $Value -isnot [string]) {
        return , @($Value | ForEach-Object { [string]$_ })
    }
    return [string]$Value
}

while ($null -ne ($line = [Console]::In.ReadLine())) {
    try {
        $order = ConvertFrom-Json -InputObject $line -AsHashtable
        if ($order.ContainsKey('connect')) {
            Import-Module ExchangeOnlineManagement
            Connect-ExchangeOnline -AccessToken $order.connect.token -Organization $order.connect.organization `
                -ShowBanner:$false | Out-Null
            Write-Answer @{ value = @() }
            continue
        }
        $parameters = $order.parameters
        $found = @(& $order.cmdlet @parameters)
        $rows = @(foreach ($one in $found) {
            $row = [ordered]@{}
            foreach ($name in $order.properties) {
                if ($null -ne $one -and $null -ne $one.PSObject.Properties[$name]) {
                    $row[$name] = ConvertTo-Plain $one.$name
                }
            }
            $row
        })
        Write-Answer @{ value = $rows }
    }
    catch {
        Write-Answer @{ error = @{ message = $_.Exception.Message; reason = [string]$_.CategoryInfo.Reason } }
    }
}
